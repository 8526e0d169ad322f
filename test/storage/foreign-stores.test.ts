import { describe, expect, it } from "vitest";
import type { FaultRule } from "../../dev/local-s3/faults.ts";
import { startLocalS3, type LocalS3 } from "../../dev/local-s3/server.ts";
import { createBucket, type Bucket } from "../../lib/storage/s3.ts";
import { createTestClock } from "../helpers/clock.ts";
import { serveHttp } from "../helpers/http-server.ts";
import { openEdit, submit, upload, writtenIn } from "../helpers/person.ts";
import { startTestStack } from "../helpers/stack.ts";

/* Stores that speak S3 with an accent. */

const JSON_TYPE = { contentType: "application/json" };

function openBucket({ bucket, region, endpoint, ...keys }: LocalS3): Bucket {
  const credentials = { accessKeyId: keys.accessKeyId, secretAccessKey: keys.secretAccessKey };
  return createBucket({ bucket, region, endpoint, credentials, clock: createTestClock() });
}

const isQuoted = (ifMatch: string | undefined) => ifMatch?.startsWith('"') === true;

/** Only one form of an ETag is understood in `If-Match`; the other is refused. */
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
  it.each(ACCENTS)("holds where only %s ETags are taken, others being %s", async (form, kind) => {
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
    // The form is found with the first put, and remembered.
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
  });

  it("goes back to the other form when the store behind an address is another one", async () => {
    await using s3 = await startLocalS3();
    const bucket = openBucket(s3);
    for (const form of ["bare", "quoted", "bare"] as const) {
      s3.clearFaults();
      s3.fault(takingOnly(form, "precondition_failed"));
      const { etag } = (await bucket.get("k")) ?? {};
      const condition = etag === undefined ? { ifNoneMatch: "*" as const } : { ifMatch: etag };
      const put = await bucket.put("k", Buffer.from(form), { ...JSON_TYPE, ...condition });
      expect(put.outcome).toBe("stored");
    }
  });

  it("says which refusal it was when neither form is taken", async () => {
    await using s3 = await startLocalS3();
    const bucket = openBucket(s3);
    await bucket.put("k", Buffer.from("0"), JSON_TYPE);
    const { etag = "" } = (await bucket.get("k")) ?? {};
    s3.fault({ on: "PUT", kind: "invalid_argument" });
    await expect(
      bucket.put("k", Buffer.from("1"), { ...JSON_TYPE, ifMatch: etag }),
    ).rejects.toMatchObject({ code: "InvalidArgument", status: 400 });
  });

  it("is never a put without a condition: not where the store gave no ETag", async () => {
    await using s3 = await startLocalS3();
    const bucket = openBucket(s3);
    await bucket.put("k", Buffer.from("0"), JSON_TYPE);
    const put = await bucket.put("k", Buffer.from("1"), { ...JSON_TYPE, ifMatch: "" });
    expect(put).toEqual({ outcome: "precondition_failed" });
    expect((await bucket.get("k"))?.body.toString()).toBe("0");
  });
});

it.each(ACCENTS)(
  "a whole upload and an edit, where only %s ETags are taken (%s)",
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
  ])("end with an error where a store gives %s", async (_name, keys, folders) => {
    await using server = await serveHttp((_request, response) => {
      response.setHeader("content-type", "application/xml").end(page(keys, folders));
    });
    const bucket = createBucket({
      bucket: "b",
      region: "us-east-1",
      endpoint: server.origin,
      credentials: { accessKeyId: "a", secretAccessKey: "s" },
      clock: createTestClock(),
    });
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
    // Only its end matters.
  }
}
