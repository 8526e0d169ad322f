import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FaultKind } from "../../../dev/local-s3/faults.ts";
import { type LocalS3, startLocalS3 } from "../../../dev/local-s3/server.ts";
import { createS3Client } from "../../helpers/s3-client.ts";

const BODY = Buffer.alloc(100_000, "image");
const DROPPED = { code: "ECONNRESET" };

let s3: LocalS3;
let client: S3Client;
let chance = 0;
beforeEach(async () => {
  s3 = await startLocalS3({ random: () => chance });
  client = createS3Client(s3);
});
afterEach(() => s3.close());

describe("a fault that answers", () => {
  const answers: [FaultKind, code: string, status: number][] = [
    ["slow_down", "SlowDown", 503],
    ["error_500", "InternalError", 500],
    ["forbidden", "AccessDenied", 403],
    ["conflict", "ConditionalRequestConflict", 409],
    ["precondition_failed", "PreconditionFailed", 412],
    ["no_such_bucket", "NoSuchBucket", 404],
  ];
  for (const [kind, code, status] of answers) {
    it(`${kind} is ${status} ${code}, once, and nothing is stored`, async () => {
      s3.fault({ on: "PUT", kind, times: 1 });
      await expect(put()).rejects.toMatchObject({
        name: code,
        $metadata: { httpStatusCode: status },
      });
      expect(s3.objects()).toEqual([]);
      await put();
      expect(s3.requests.map((request) => request.status)).toEqual([status, 200]);
    });
  }

  it("strikes only its operation and keys", async () => {
    s3.fault({ on: "GET", key: /^images\//, kind: "forbidden" });
    s3.fault({ on: "LIST", key: /^state\//, kind: "slow_down" });
    s3.fault({ on: "DELETE", kind: "error_500", times: 2 });
    s3.fault({ on: "HEAD", kind: "error_500", times: 1 });
    await put("images/a");
    await put("state/a");
    await get("state/a");
    await expect(get("images/a")).rejects.toMatchObject({ name: "AccessDenied" });
    const { bucket: Bucket } = s3;
    await client.send(new ListObjectsV2Command({ Bucket, Prefix: "images/" }));
    const list = client.send(new ListObjectsV2Command({ Bucket, Prefix: "state/" }));
    await expect(list).rejects.toMatchObject({ name: "SlowDown" });
    const one = client.send(new DeleteObjectCommand({ Bucket, Key: "state/a" }));
    await expect(one).rejects.toMatchObject({ name: "InternalError" });
    const many = client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "state/a" }] } }),
    );
    await expect(many).rejects.toMatchObject({ name: "InternalError" });
    const head = client.send(new HeadObjectCommand({ Bucket, Key: "state/a" }));
    await expect(head).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    await client.send(new HeadObjectCommand({ Bucket, Key: "state/a" }));
  });

  it("strikes every time without a number, until it is cleared", async () => {
    s3.fault({ on: "PUT", kind: "slow_down" });
    for (const _ of [1, 2, 3]) {
      await expect(put()).rejects.toMatchObject({ name: "SlowDown" });
    }
    s3.clearFaults();
    await put();
  });

  it("strikes everything until its time is over, or until it is removed by its name", async () => {
    let nowMs = Date.now();
    await using store = await startLocalS3({ now: () => nowMs });
    const read = async () => (await fetch(`${store.publicBaseUrl}/images/a.png`)).status;
    const untilMs = nowMs + 20_000;
    store.fault({ on: "*", kind: "slow_down", name: "down", untilMs });
    expect([await read(), store.faults().length]).toEqual([503, 1]);
    nowMs = untilMs;
    expect([await read(), store.faults().length]).toEqual([404, 0]);
    store.fault({ on: "*", kind: "slow_down", name: "down" });
    store.endFaults("down");
    expect(await read()).toBe(404);
  });

  it("strikes with its probability, and counts only when it strikes", async () => {
    s3.fault({ on: "PUT", kind: "slow_down", probability: 0.5, times: 1 });
    chance = 0.5;
    await put();
    chance = 0.49;
    await expect(put()).rejects.toMatchObject({ name: "SlowDown" });
    await put();
  });
});

describe("a fault of the connection", () => {
  for (const kind of ["reset", "reset_mid_body"] as const) {
    it(`${kind} of a PUT stores nothing`, async () => {
      s3.fault({ on: "PUT", kind, times: 1 });
      await expect(put()).rejects.toMatchObject(DROPPED);
      expect(s3.objects()).toEqual([]);
      expect(s3.requests).toMatchObject([{ method: "PUT", key: "k", status: 0 }]);
      await put();
    });
  }

  it("reset_mid_body of a GET sends the headers and half of the body", async () => {
    await put("images/k");
    s3.fault({ on: "GET", kind: "reset_mid_body", times: 1 });
    const response = await fetch(`${s3.publicBaseUrl}/images/k`);
    expect(response.headers.get("content-length")).toBe("100000");
    let received = 0;
    const reading = (async () => {
      for await (const chunk of response.body ?? []) {
        received += chunk.length;
      }
    })();
    await expect(reading).rejects.toThrow("terminated");
    expect(received).toBe(50_000);
    expect(await get("images/k")).toHaveLength(100_000);
  });

  it("reset_mid_body without a body is a reset", async () => {
    for (const on of ["DELETE", "HEAD"] as const) {
      s3.fault({ on, kind: "reset_mid_body", times: 1 });
    }
    const input = { Bucket: s3.bucket, Key: "k" };
    await expect(client.send(new DeleteObjectCommand(input))).rejects.toMatchObject(DROPPED);
    await expect(client.send(new HeadObjectCommand(input))).rejects.toMatchObject(DROPPED);
  });

  it("executed_then_reset stores and loses the answer", async () => {
    s3.fault({ on: "PUT", kind: "executed_then_reset", times: 1 });
    await expect(put()).rejects.toMatchObject(DROPPED);
    expect(s3.objects()).toMatchObject([{ key: "k", sizeBytes: 100_000 }]);
  });

  it("executed_then_reset is carried out only when it is allowed", async () => {
    s3.fault({ on: "PUT", kind: "executed_then_reset", times: 1 });
    client = createS3Client({ ...s3, secretAccessKey: "wrong" });
    await expect(put()).rejects.toMatchObject(DROPPED);
    expect(s3.objects()).toEqual([]);
  });

  it("stall never answers, and close() ends it at once", async () => {
    s3.fault({ on: "PUT", kind: "stall" });
    const stalled = put().catch((error: unknown) => error);
    await expect.poll(() => s3.requests.length).toBe(1);
    await s3.close();
    expect(await stalled).toMatchObject(DROPPED);
    expect(s3.objects()).toEqual([]);
  });
});

describe("startLocalS3()", () => {
  it("refuses a port that is taken", async () => {
    const port = Number(new URL(s3.endpoint).port);
    await expect(startLocalS3({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("listens on loopback only and can be closed twice", async () => {
    expect(new URL(s3.endpoint).hostname).toBe("127.0.0.1");
    await s3.close();
    await s3.close();
    await expect(fetch(s3.endpoint)).rejects.toThrow("fetch failed");
  });
});

function put(Key = "k") {
  return client.send(new PutObjectCommand({ Bucket: s3.bucket, Key, Body: BODY }));
}

async function get(Key = "k") {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: s3.bucket, Key }));
  return Body?.transformToByteArray();
}
