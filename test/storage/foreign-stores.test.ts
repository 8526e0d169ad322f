import { describe, expect, it } from "vitest";
import type { FaultRule } from "../../dev/local-s3/faults.ts";
import { startLocalS3, type LocalS3 } from "../../dev/local-s3/server.ts";
import { type Bucket, type BucketOptions, createBucket } from "../../lib/storage/s3.ts";
import { connectSdk } from "../../lib/storage/sdk-connection.ts";
import { connectSigned } from "../../lib/storage/signed-connection.ts";
import { createTestClock } from "../helpers/clock.ts";
import { serveHttp } from "../helpers/http-server.ts";
import { takeLogs } from "../helpers/logs.ts";
import { openEdit, post, submit, tagsShown, upload, writtenIn } from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

const JSON_TYPE = { contentType: "application/json" };

function openBucket({ bucket, region, endpoint, ...keys }: LocalS3): Bucket {
  const credentials = { accessKeyId: keys.accessKeyId, secretAccessKey: keys.secretAccessKey };
  return createBucket({ bucket, region, endpoint, credentials, clock: createTestClock() });
}

const isQuoted = (ifMatch: string | undefined) => ifMatch?.startsWith('"') === true;

/** A store that accepts only one form of ETag in `If-Match`. */
function takingOnly(form: "quoted" | "bare", kind: FaultRule["kind"]): FaultRule {
  const when: FaultRule["when"] = ({ headers }) =>
    headers.has("if-match") && isQuoted(headers.get("if-match")) !== (form === "quoted");
  return { on: "PUT", kind, when };
}

function conditionsSent({ requests }: LocalS3): boolean[] {
  return requests.flatMap(({ headers }) =>
    headers["if-match"] === undefined ? [] : [isQuoted(headers["if-match"])],
  );
}

const ACCENTS = [
  ["bare", "precondition_failed"],
  ["bare", "invalid_argument"],
  ["quoted", "precondition_failed"],
  ["quoted", "invalid_argument"],
] as const;

describe("put() with ifMatch", () => {
  it.each(ACCENTS)(
    "works with a store that accepts only %s ETags, and answers others with %s",
    async (form, kind) => {
      await using s3 = await startLocalS3();
      s3.fault(takingOnly(form, kind));
      const bucket = openBucket(s3);
      let stored = await bucket.put("k", Buffer.from("0"), JSON_TYPE);
      const first = stored;
      for (const text of ["1", "2", "3"]) {
        const ifMatch = stored.outcome === "stored" ? stored.etag : "";
        stored = await bucket.put("k", Buffer.from(text), { ...JSON_TYPE, ifMatch });
        expect(stored.outcome).toBe("stored");
      }
      // The adapter finds the form with the first put, and remembers it.
      const forms = conditionsSent(s3).map((quoted) => (quoted ? "quoted" : "bare"));
      expect(forms).toEqual(
        form === "quoted"
          ? ["quoted", "quoted", "quoted"]
          : ["quoted", ...Array.from({ length: 3 }, () => "bare")],
      );

      const ifMatch = first.outcome === "stored" ? first.etag : "";
      expect(await bucket.put("k", Buffer.from("4"), { ...JSON_TYPE, ifMatch })).toEqual({
        outcome: "precondition_failed",
      });
      expect((await bucket.get("k"))?.body.toString()).toBe("3");
    },
  );

  it("switches to the other form if another store answers at the address", async () => {
    await using s3 = await startLocalS3();
    const bucket = openBucket(s3);
    for (const form of ["bare", "quoted", "bare"] as const) {
      s3.clearFaults();
      s3.fault(takingOnly(form, "invalid_argument"));
      const { etag } = (await bucket.get("k")) ?? {};
      const condition = etag === undefined ? { ifNoneMatch: "*" as const } : { ifMatch: etag };
      const put = await bucket.put("k", Buffer.from(form), { ...JSON_TYPE, ...condition });
      expect(put.outcome).toBe("stored");
    }
  });

  it("says which refusal it was if neither form is accepted", async () => {
    await using s3 = await startLocalS3();
    const bucket = openBucket(s3);
    await bucket.put("k", Buffer.from("0"), JSON_TYPE);
    const { etag = "" } = (await bucket.get("k")) ?? {};
    s3.fault({ on: "PUT", kind: "invalid_argument" });
    await expect(
      bucket.put("k", Buffer.from("1"), { ...JSON_TYPE, ifMatch: etag }),
    ).rejects.toMatchObject({ code: "InvalidArgument", status: 400 });
  });

  it("never puts without a condition, even if the store gave no ETag", async () => {
    await using s3 = await startLocalS3();
    const bucket = openBucket(s3);
    await bucket.put("k", Buffer.from("0"), JSON_TYPE);
    const put = await bucket.put("k", Buffer.from("1"), { ...JSON_TYPE, ifMatch: "" });
    expect(put).toEqual({ outcome: "precondition_failed" });
    expect((await bucket.get("k"))?.body.toString()).toBe("0");
  });
});

it.each(ACCENTS)(
  "a whole upload and an edit work with a store that accepts only %s ETags (%s)",
  async (form, kind) => {
    await using stack = await startTestStack();
    stack.s3.fault(takingOnly(form, kind));
    const posted = await upload(stack);
    await openEdit(stack, posted);
    await submit(stack, { alt: "A harbour" });
    expect(Object.values(writtenIn(stack))).toMatchObject([{ alt: "A harbour" }]);
    expect(stack.s3.objects("state/open/")).toEqual([]);
  },
);

describe("list() and listFolders()", () => {
  const page = (keys: readonly string[], folders: readonly string[]) =>
    `<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>more</NextContinuationToken>
      ${keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("")}
      ${folders.map((key) => `<CommonPrefixes><Prefix>${key}</Prefix></CommonPrefixes>`).join("")}
    </ListBucketResult>`;

  it.each([
    ["the same page again and again", ["p/1", "p/2"], ["p/a/", "p/b/"]],
    ["pages with nothing in them", [], []],
  ])("fail if a store gives %s", async (_name, keys, folders) => {
    await using server = await serveHttp((_request, response) => {
      response.setHeader("content-type", "application/xml").end(page(keys, folders));
    });
    const bucket = bucketAt(server.origin);
    for (const listed of [bucket.list("p/"), bucket.listFolders("p/")]) {
      await expect(drain(listed)).rejects.toMatchObject({
        name: "StorageError",
        code: "NoProgress",
        message: expect.stringContaining("Cannot list"),
      });
    }
    expect(server.requests.length).toBeLessThanOrEqual(4);
  });
});

async function drain(listed: AsyncIterable<unknown>): Promise<void> {
  for await (const _one of listed) {
    // Only the end of the listing matters.
  }
}

describe("a bucket in another region than S3_REGION says", () => {
  it("is found there, and the log says which region to set, once for each client", async () => {
    await using stack = await startTestStack(
      { S3_REGION: "us-east-1" },
      { s3: { region: "eu-west-3" } },
    );
    takeLogs();
    const posted = await upload(stack);
    await upload(stack);
    expect(tagsShown(stack, posted)).toHaveLength(1);
    const said = takeLogs().filter(({ event }) => event === "store.region");
    // The answers, the records and the images have a client each.
    expect(said).toHaveLength(3);
    expect(said[0]).toMatchObject({
      level: "warn",
      bucket: stack.s3.bucket,
      region: "eu-west-3",
      advice: expect.stringContaining("S3_REGION to eu-west-3"),
    });
    const asked = stack.s3.requests.filter(({ status }) => status === 400);
    expect(asked.length).toBeLessThanOrEqual(6);
  });

  it.each([
    [301, connectSdk],
    [307, connectSdk],
    [301, connectSigned],
    [307, connectSigned],
  ])("is found there if S3 answers %i and names the region: %#", async (status, connect) => {
    const regions: string[] = [];
    await using server = await serveHttp(({ headers }, response) => {
      const [, region = ""] = /\/(\w+-\w+-\d)\/s3\//u.exec(headers.authorization ?? "") ?? [];
      regions.push(region);
      if (region !== "eu-west-3") {
        response.statusCode = status;
        response.setHeader("x-amz-bucket-region", "eu-west-3");
      }
      response.setHeader("etag", '"1"').end();
    });
    const named: string[] = [];
    const bucket = bucketAt(server.origin, {
      connect,
      onOtherRegion: (region) => named.push(region),
    });
    const puts = await Promise.all(
      ["k", "l"].map((key) => bucket.put(key, Buffer.from("x"), JSON_TYPE)),
    );
    puts.push(await bucket.put("m", Buffer.from("x"), JSON_TYPE));
    expect(puts.map(({ outcome }) => outcome)).toEqual(["stored", "stored", "stored"]);
    expect(named).toEqual(["eu-west-3"]);
    expect(regions.filter((region) => region === "us-east-1")).toHaveLength(2);
  });

  it("is not looked for under a malformed region name", async () => {
    await using server = await serveHttp((_request, response) => {
      response.statusCode = 301;
      response.setHeader("x-amz-bucket-region", "evil.example.com/").end();
    });
    const bucket = bucketAt(server.origin);
    await expect(bucket.put("k", Buffer.from("x"), JSON_TYPE)).rejects.toMatchObject({
      status: 301,
    });
    expect(server.requests).toHaveLength(1);
  });
});

/** Posts an image, and returns the answer to Slack. */
async function deliver(stack: TestStack, app = stack.app): Promise<number> {
  const { channel, ts } = post(stack);
  const { status } = await stack.send(stack.slack.envelopeOf(channel, ts), { app });
  await stack.drain();
  return status;
}

describe("a claim that the store refuses", () => {
  it.each([
    ["forbidden", 403, "AccessDenied", "docs/security.md"],
    ["no_such_bucket", 404, "NoSuchBucket", "S3_BUCKET"],
    ["not_implemented", 501, "NotImplemented", "If-None-Match"],
  ] as const)(
    "as %s (%i %s, %s) is answered 503, and the log says what to do",
    async (...refusal) => {
      await using stack = await startTestStack();
      const [kind, status, code, advice] = refusal;
      stack.s3.fault({ on: "PUT", key: /messages/u, kind });
      expect(await deliver(stack)).toBe(503);
      expect(takeLogs()).toContainEqual(
        expect.objectContaining({
          event: "upload.unclaimed",
          level: "error",
          status,
          code,
          advice: expect.stringContaining(advice),
        }),
      );
    },
  );

  it("with 301 and without a region is answered 503, and the log says what to do", async () => {
    await using store = await serveHttp((_request, response) => {
      response.statusCode = 301;
      response.setHeader("content-type", "application/xml");
      response.end("<Error><Code>PermanentRedirect</Code></Error>");
    });
    await using stack = await startTestStack();
    const app = stack.createInstance({ S3_ENDPOINT: store.origin });
    expect(await deliver(stack, app)).toBe(503);
    expect(takeLogs()).toContainEqual(
      expect.objectContaining({
        event: "upload.unclaimed",
        status: 301,
        code: "PermanentRedirect",
        advice: expect.stringContaining("S3_REGION"),
      }),
    );
  });

  it("for a wrong key is answered 503, and the log names the variables", async () => {
    await using stack = await startTestStack();
    const app = stack.createInstance({ AWS_SECRET_ACCESS_KEY: "another" });
    expect(await deliver(stack, app)).toBe(503);
    const logs = takeLogs();
    expect(logs).toContainEqual(
      expect.objectContaining({
        event: "upload.unclaimed",
        status: 403,
        code: "SignatureDoesNotMatch",
        advice: expect.stringContaining("AWS_SECRET_ACCESS_KEY"),
      }),
    );
    expect(JSON.stringify(logs)).not.toContain("another");
  });
});

function bucketAt(
  endpoint: string,
  options: Pick<BucketOptions, "connect" | "onOtherRegion"> = {},
): Bucket {
  return createBucket({
    bucket: "b",
    region: "us-east-1",
    endpoint,
    credentials: { accessKeyId: "a", secretAccessKey: "s" },
    clock: createTestClock(),
    ...options,
  });
}
