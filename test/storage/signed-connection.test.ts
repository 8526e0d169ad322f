import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { inspectOrigin } from "../../lib/storage/bucket-origin.ts";
import type { Credentials } from "../../lib/storage/credentials.ts";
import { type Bucket, type BucketOptions, createBucket } from "../../lib/storage/s3.ts";
import { connectSigned } from "../../lib/storage/signed-connection.ts";
import { createTestClock, type TestClock } from "../helpers/clock.ts";
import { serveHttp } from "../helpers/http-server.ts";

const JSON_TYPE = { contentType: "application/json" };
const KEYS = { accessKeyId: "AKIA", secretAccessKey: "s" };

function openBucket(
  endpoint: string,
  options: Partial<Pick<BucketOptions, "credentials" | "onDate">> & { clock?: TestClock } = {},
): Bucket {
  return createBucket({
    bucket: "b",
    region: "us-east-1",
    endpoint,
    credentials: KEYS,
    clock: createTestClock(),
    connect: connectSigned,
    ...options,
  });
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.statusCode = status;
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code></Error>`);
}

describe("a signed request", () => {
  it("is signed with the store's time after the store refuses ours", async () => {
    const serverMs = Date.now() + 3_600_000;
    const signedAt: string[] = [];
    await using server = await serveHttp(({ headers }, response) => {
      signedAt.push(String(headers["x-amz-date"]));
      response.setHeader("date", new Date(serverMs).toUTCString());
      if (signedAt.length === 1) {
        refuse(response, 403, "RequestTimeTooSkewed");
        return;
      }
      response.setHeader("etag", '"1"').end();
    });
    const dates: number[] = [];
    const bucket = openBucket(server.origin, { onDate: (dateMs) => dates.push(dateMs) });
    const stored = { outcome: "stored", etag: '"1"' };
    expect(await bucket.put("k", Buffer.from("x"), JSON_TYPE)).toEqual(stored);
    expect(await bucket.put("l", Buffer.from("x"), JSON_TYPE)).toEqual(stored);
    const hours = signedAt.map((time) => time.slice(0, "20261126T10".length));
    expect(hours[0]).not.toBe(hours[1]);
    expect(hours[2]).toBe(hours[1]);
    expect(dates).toHaveLength(3);
  });

  it("is repeated after a passing fault, and refused after three", async () => {
    let left = 2;
    await using server = await serveHttp((_request, response) => {
      left -= 1;
      if (left >= 0) {
        refuse(response, 503, "SlowDown");
        return;
      }
      response.end();
    });
    const bucket = openBucket(server.origin);
    expect(await bucket.put("k", Buffer.from("x"), JSON_TYPE)).toMatchObject({ etag: "" });
    left = 3;
    await expect(bucket.put("k", Buffer.from("x"), JSON_TYPE)).rejects.toMatchObject({
      name: "StorageError",
      status: 503,
      code: "SlowDown",
    });
  });

  it("is refused with the status alone where the store gives no code", async () => {
    await using server = await serveHttp((_request, response) => {
      response.statusCode = 403;
      response.end("<html>Forbidden</html>");
    });
    await expect(openBucket(server.origin).get("k")).rejects.toMatchObject({
      status: 403,
      code: "UnknownError",
    });
  });
});

describe("temporary credentials", () => {
  const temporary = (clock: TestClock): Credentials => ({
    ...KEYS,
    sessionToken: `token-${clock.nowMs}`,
    expiration: new Date(clock.nowMs + 3_600_000),
  });

  it("are fetched once for requests at the same time, and anew before they expire", async () => {
    await using server = await serveHttp((_request, response) => void response.end());
    const clock = createTestClock();
    let fetched = 0;
    const bucket = openBucket(server.origin, {
      clock,
      credentials: () => {
        fetched += 1;
        return Promise.resolve(temporary(clock));
      },
    });
    const put = (key: string) => bucket.put(key, Buffer.from("x"), JSON_TYPE);
    await Promise.all([put("a"), put("b")]);
    expect(fetched).toBe(1);
    clock.nowMs += 54 * 60_000;
    await put("c");
    expect(fetched).toBe(1);
    clock.nowMs += 2 * 60_000;
    await put("d");
    expect(fetched).toBe(2);
    const tokens = server.requests.map(({ headers }) => headers["x-amz-security-token"]);
    expect(new Set(tokens.slice(0, 3)).size).toBe(1);
    expect(tokens[3]).not.toBe(tokens[0]);
  });

  it("are fetched again after a failure", async () => {
    await using server = await serveHttp((_request, response) => void response.end());
    const clock = createTestClock();
    let fetched = 0;
    const bucket = openBucket(server.origin, {
      clock,
      credentials: () => {
        fetched += 1;
        return fetched === 1
          ? Promise.reject(new Error("STS is down"))
          : Promise.resolve(temporary(clock));
      },
    });
    expect(await bucket.put("k", Buffer.from("x"), JSON_TYPE)).toMatchObject({ outcome: "stored" });
    expect(fetched).toBe(2);
  });
});

describe("inspectOrigin()", () => {
  const PLACE = { bucket: "b", region: "auto", endpoint: undefined, isSdkAddressed: false };

  it.each([
    ["team-images", "eu-central-1", "https://team-images.s3.eu-central-1.amazonaws.com"],
    ["b", "us-gov-west-1", "https://b.s3.us-gov-west-1.amazonaws.com"],
    // The AWS SDK knows the others.
    ["images.example.com", "eu-central-1", undefined],
    ["b--use1-az4--x-s3", "us-east-1", undefined],
    ["arn:aws:s3:eu-central-1:123456789012:accesspoint/a", "eu-central-1", undefined],
    ["b", "cn-north-1", undefined],
    ["b", "us-iso-east-1", undefined],
    ["b", "auto", undefined],
    ["b", "eu-central-1.evil.example", undefined],
  ])("of %s in %s is %s", (bucket, region, origin) => {
    expect(inspectOrigin({ ...PLACE, bucket, region })).toBe(origin);
  });

  it("is unknown where variables of the SDK say where S3 is", () => {
    const place = { ...PLACE, region: "eu-central-1" };
    expect(inspectOrigin(place)).toBe("https://b.s3.eu-central-1.amazonaws.com");
    expect(inspectOrigin({ ...place, isSdkAddressed: true })).toBeUndefined();
  });

  it("is below the address of an S3-compatible store", () => {
    const endpoint = "https://account.r2.cloudflarestorage.com/";
    expect(inspectOrigin({ ...PLACE, endpoint })).toBe(
      "https://account.r2.cloudflarestorage.com/b",
    );
  });
});
