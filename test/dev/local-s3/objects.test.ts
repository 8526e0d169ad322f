import { createHash } from "node:crypto";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalS3, startLocalS3 } from "../../../dev/local-s3/server.ts";
import { createS3Client } from "../../helpers/s3-client.ts";
import { sendWire } from "./wire.ts";

const BODY = Buffer.from("0123456789");

let s3: LocalS3;
let client: S3Client;
beforeAll(async () => {
  s3 = await startLocalS3();
  client = createS3Client(s3);
});
afterAll(() => s3.close());

function put(input: Omit<PutObjectCommandInput, "Bucket" | "Body">, body: Buffer = BODY) {
  return client.send(new PutObjectCommand({ Bucket: s3.bucket, Body: body, ...input }));
}

describe("PUT", () => {
  it("answers with the MD5 of the body as ETag, in quotes", async () => {
    const { ETag } = await put({ Key: "put/etag" });
    expect(ETag).toBe(`"${createHash("md5").update(BODY).digest("hex")}"`);
  });

  it("keeps headers and metadata, and calls bytes without a type binary/octet-stream", async () => {
    const headers = {
      ContentType: "image/webp",
      CacheControl: "public, max-age=1",
      ContentDisposition: 'inline; filename="a.webp"',
    };
    await put({
      Key: "put/headers",
      ...headers,
      ContentEncoding: "identity",
      Metadata: { one: "1", two: "a, b" },
    });
    const input = { Bucket: s3.bucket, Key: "put/headers" };
    const expected = {
      ...headers,
      ContentEncoding: "identity",
      Metadata: { one: "1", two: "a, b" },
      ContentLength: 10,
    };
    expect(await client.send(new HeadObjectCommand(input))).toMatchObject(expected);
    expect(await client.send(new GetObjectCommand(input))).toMatchObject({
      ...expected,
      ChecksumCRC32: "poTHxg==",
    });
    await put({ Key: "put/headers" });
    const replaced = await client.send(new HeadObjectCommand(input));
    expect(replaced).toMatchObject({ ContentType: "application/octet-stream", Metadata: {} });
    expect(replaced.CacheControl).toBeUndefined();
  });

  it("refuses what S3 refuses", async () => {
    const refusals: [PutObjectCommandInput, code: string, status: number][] = [
      [{ Bucket: "no-such-bucket", Key: "k" }, "NoSuchBucket", 404],
      [{ Bucket: s3.bucket, Key: "k".repeat(1025) }, "KeyTooLongError", 400],
      [{ Bucket: s3.bucket, Key: `${"k".repeat(1023)}é` }, "KeyTooLongError", 400],
      [{ Bucket: s3.bucket, Key: "k", Metadata: { a: "x".repeat(2048) } }, "MetadataTooLarge", 400],
      [{ Bucket: s3.bucket, Key: "k", ACL: "public-read" }, "AccessControlListNotSupported", 400],
      [{ Bucket: s3.bucket, Key: "k", StorageClass: "GLACIER" }, "NotImplemented", 501],
      [{ Bucket: s3.bucket, Key: "k", IfNoneMatch: '"abc"' }, "NotImplemented", 501],
      [{ Bucket: s3.bucket, Key: "k", IfMatch: "abc" }, "NoSuchKey", 404],
    ];
    for (const [input, code, status] of refusals) {
      const sent = client.send(new PutObjectCommand({ Body: BODY, ...input }));
      await expect(sent).rejects.toMatchObject({
        name: code,
        $metadata: { httpStatusCode: status },
      });
    }
    expect(s3.objects("k")).toEqual([]);
    await put({ Key: "k".repeat(1024) });
  });

  it("refuses to copy", async () => {
    const copy = client.send(
      new CopyObjectCommand({ Bucket: s3.bucket, Key: "c", CopySource: `${s3.bucket}/put/etag` }),
    );
    await expect(copy).rejects.toMatchObject({ name: "NotImplemented" });
  });

  it("refuses a body by its length before reading it, and one without a length", async () => {
    const target = `/${s3.bucket}/large`;
    const large = {
      method: "PUT",
      target,
      headers: { "content-length": String(257 * 1024 * 1024) },
    };
    expect(await sendWire(s3.endpoint, large)).toMatchObject({
      status: 400,
      code: "EntityTooLarge",
    });
    const chunked = {
      method: "PUT",
      target,
      headers: { "transfer-encoding": "chunked" },
      body: BODY,
    };
    expect(await sendWire(s3.endpoint, chunked)).toMatchObject({
      status: 411,
      code: "MissingContentLength",
    });
  });
});

describe("GET and HEAD", () => {
  let etag = "";
  beforeAll(async () => {
    etag = (await put({ Key: "get/digits", CacheControl: "private" })).ETag ?? "";
  });

  const ranges: [range: string, text: string, contentRange: string | undefined][] = [
    ["bytes=0-0", "0", "bytes 0-0/10"],
    ["bytes=2-4", "234", "bytes 2-4/10"],
    ["bytes=8-", "89", "bytes 8-9/10"],
    ["bytes=-3", "789", "bytes 7-9/10"],
    ["bytes=-11", "0123456789", "bytes 0-9/10"],
    ["bytes=5-99", "56789", "bytes 5-9/10"],
    ["bytes=4-2", "0123456789", undefined],
    ["bytes=0-1,3-4", "0123456789", undefined],
    ["items=0-1", "0123456789", undefined],
  ];
  for (const [range, text, contentRange] of ranges) {
    it(`answers Range ${range} with ${contentRange ?? "the whole"}`, async () => {
      const answer = await client.send(new GetObjectCommand({ ...digits(), Range: range }));
      expect(await answer.Body?.transformToString()).toBe(text);
      expect(answer.ContentRange).toBe(contentRange);
      expect(answer.$metadata.httpStatusCode).toBe(contentRange === undefined ? 200 : 206);
      const head = await client.send(new HeadObjectCommand({ ...digits(), Range: range }));
      expect(head.ContentLength).toBe(text.length);
    });
  }

  for (const range of ["bytes=10-", "bytes=-0"]) {
    it(`refuses Range ${range} of ten bytes`, async () => {
      const sent = client.send(new GetObjectCommand({ ...digits(), Range: range }));
      await expect(sent).rejects.toMatchObject({
        name: "InvalidRange",
        $metadata: { httpStatusCode: 416 },
      });
    });
  }

  it("answers conditions with 304 and 412", async () => {
    const past = new Date(Date.now() - 3_600_000);
    const future = new Date(Date.now() + 3_600_000);
    const statuses: [conditions: object, status: number][] = [
      [{ IfNoneMatch: etag }, 304],
      [{ IfNoneMatch: `"other", ${etag}` }, 304],
      [{ IfNoneMatch: '"other"' }, 200],
      [{ IfMatch: etag }, 200],
      [{ IfMatch: etag.replaceAll('"', "") }, 200],
      [{ IfMatch: '"other"' }, 412],
      [{ IfModifiedSince: future }, 304],
      [{ IfModifiedSince: past }, 200],
      [{ IfUnmodifiedSince: past }, 412],
      [{ IfUnmodifiedSince: past, IfMatch: etag }, 200],
      [{ IfModifiedSince: future, IfNoneMatch: '"other"' }, 200],
    ];
    for (const [conditions, status] of statuses) {
      for (const command of [
        new GetObjectCommand({ ...digits(), ...conditions }),
        new HeadObjectCommand({ ...digits(), ...conditions }),
      ]) {
        expect({ conditions, status: await statusOf(command) }).toEqual({ conditions, status });
      }
    }
  });

  it("answers 404 for what is not there", async () => {
    const missing = { Bucket: s3.bucket, Key: "get/none" };
    await expect(client.send(new GetObjectCommand(missing))).rejects.toMatchObject({
      name: "NoSuchKey",
    });
    await expect(client.send(new HeadObjectCommand(missing))).rejects.toMatchObject({
      name: "NotFound",
    });
  });
});

function digits() {
  return { Bucket: s3.bucket, Key: "get/digits" };
}

async function statusOf(
  command: GetObjectCommand | HeadObjectCommand,
): Promise<number | undefined> {
  try {
    const sent = command instanceof GetObjectCommand ? client.send(command) : client.send(command);
    return (await sent).$metadata.httpStatusCode;
  } catch (error) {
    return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  }
}

describe("DELETE", () => {
  it("succeeds whether or not the object is there", async () => {
    await put({ Key: "delete/one" });
    for (const _ of [1, 2]) {
      const { $metadata } = await client.send(
        new DeleteObjectCommand({ Bucket: s3.bucket, Key: "delete/one" }),
      );
      expect($metadata.httpStatusCode).toBe(204);
    }
    expect(s3.objects("delete/")).toEqual([]);
  });

  it("of many objects takes keys that XML has to escape", async () => {
    const keys = [
      "delete/<&>\"'",
      "delete/\u0001",
      "delete/a\rb\nc",
      "delete/&amp;",
      "delete/좋아 🎉",
    ];
    for (const Key of keys) {
      await put({ Key });
    }
    const Objects = [...keys, "delete/none"].map((Key) => ({ Key }));
    const { Deleted } = await client.send(
      new DeleteObjectsCommand({ Bucket: s3.bucket, Delete: { Objects } }),
    );
    expect(Deleted).toHaveLength(6);
    expect(s3.objects("delete/")).toEqual([]);
  });

  it("of many objects is silent if asked to be, and refuses more than 1000 keys", async () => {
    const quiet = { Objects: [{ Key: "delete/none" }], Quiet: true };
    const answer = await client.send(
      new DeleteObjectsCommand({ Bucket: s3.bucket, Delete: quiet }),
    );
    expect(answer.Deleted).toBeUndefined();
    const Objects = Array.from({ length: 1001 }, (_, number) => ({ Key: `k${number}` }));
    const tooMany = client.send(
      new DeleteObjectsCommand({ Bucket: s3.bucket, Delete: { Objects } }),
    );
    await expect(tooMany).rejects.toMatchObject({ name: "MalformedXML" });
  });
});

describe("buckets", () => {
  it("are there from the start, and are found", async () => {
    await using other = await startLocalS3({ bucket: ["first", "second.bucket-2"] });
    const second = { Bucket: "second.bucket-2" };
    const others = createS3Client(other);
    await others.send(new HeadBucketCommand(second));
    await others.send(new PutObjectCommand({ ...second, Key: "k", Body: BODY }));
    expect(other.objects("", second.Bucket)).toMatchObject([{ key: "k", body: BODY }]);
    expect(other.objects()).toEqual([]);
    await expect(others.send(new HeadBucketCommand({ Bucket: "third" }))).rejects.toMatchObject({
      name: "NotFound",
    });
  });

  it("are neither created nor deleted", async () => {
    for (const command of [
      new CreateBucketCommand({ Bucket: "second" }),
      new DeleteBucketCommand({ Bucket: s3.bucket }),
    ]) {
      const sent =
        command instanceof CreateBucketCommand ? client.send(command) : client.send(command);
      await expect(sent).rejects.toMatchObject({ name: "NotImplemented" });
    }
  });

  for (const bucket of ["ab", "Upper", "a..b", "-ab", "a_b", "a".repeat(64)]) {
    it(`cannot be called ${bucket}`, async () => {
      await expect(startLocalS3({ bucket })).rejects.toThrow(`Cannot create bucket ${bucket}`);
    });
  }
});

describe("an error", () => {
  it("is XML with code, message and request id", async () => {
    const answer = await sendWire(s3.endpoint, {
      method: "GET",
      target: `/${s3.bucket}/images/%3C%26.png`,
    });
    expect(answer.headers).toMatchObject({
      "content-type": "application/xml",
      "x-amz-request-id": expect.any(String),
    });
    expect(answer.body.toString()).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>' +
        `<Resource>/${s3.bucket}/images/%3C%26.png</Resource><RequestId>${answer.headers["x-amz-request-id"]}</RequestId><HostId>local-s3</HostId></Error>`,
    );
  });

  const refusals: [method: string, target: string, status: number, code: string][] = [
    ["GET", "/bucket/%FF", 400, "InvalidURI"],
    ["GET", "/bucket/%", 400, "InvalidURI"],
    ["GET", "/", 403, "AccessDenied"],
    ["OPTIONS", "/bucket/images/a", 403, "AccessDenied"],
  ];
  for (const [method, target, status, code] of refusals) {
    it(`${code} answers ${method} ${target}`, async () => {
      expect(await sendWire(s3.endpoint, { method, target })).toMatchObject({ status, code });
    });
  }
});
