import { createHash, randomBytes, randomUUID } from "node:crypto";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import type { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../lib/clock.ts";
import type { Connect } from "../../lib/storage/connection.ts";
import { createBucket } from "../../lib/storage/s3.ts";
import type { Bucket, ListedObject, PutResult } from "../../lib/storage/s3.ts";
import { connectSdk } from "../../lib/storage/sdk-connection.ts";
import { connectSigned } from "../../lib/storage/signed-connection.ts";
import { openContractStore } from "../helpers/contract-store.ts";
import type { ContractStore } from "../helpers/contract-store.ts";
import { createS3Client, ensureBucket } from "../helpers/s3-client.ts";

/**
 * The behaviour that the app needs from any S3-compatible store. The tests write under one random prefix, and delete it at
 * the end. `vitest run test/storage` tests the local S3; `openContractStore()` says how to test another server.
 */

const ROOT = `contract-${randomUUID()}/`;
const PARALLEL = 20;
const JSON_TYPE = { contentType: "application/json" };

let store: ContractStore;
let bucket: Bucket;
let client: S3Client;
let connect: Connect = connectSdk;

beforeAll(async () => {
  store = await openContractStore();
  client = createS3Client(store);
  bucket = openBucket(store);
  await ensureBucket(client, store.bucket);
}, 60_000);

afterAll(async () => {
  await deleteEverything();
  await store[Symbol.asyncDispose]();
}, 60_000);

function openBucket({ bucket: name, region, endpoint, ...credentials }: ContractStore): Bucket {
  return createBucket({ bucket: name, region, endpoint, credentials, connect, clock: systemClock });
}

async function deleteEverything(): Promise<void> {
  const keys = await listKeys(ROOT);
  for (let at = 0; at < keys.length; at += 1000) {
    const Objects = keys.slice(at, at + 1000).map((Key) => ({ Key }));
    const { Errors } = await client.send(
      new DeleteObjectsCommand({ Bucket: store.bucket, Delete: { Objects, Quiet: true } }),
    );
    expect(Errors ?? []).toEqual([]);
  }
  expect(await listKeys(ROOT)).toEqual([]);
}

async function listKeys(prefix: string, options?: { startAfter?: string }): Promise<string[]> {
  const listed = await listAll(bucket, prefix, options);
  return listed.map(({ key }) => key);
}

async function listAll(
  from: Bucket,
  prefix: string,
  options?: { startAfter?: string },
): Promise<ListedObject[]> {
  const listed: ListedObject[] = [];
  for await (const object of from.list(prefix, options)) {
    listed.push(object);
  }
  return listed;
}

function newKey(name = "object"): string {
  return `${ROOT}${randomUUID()}/${name}`;
}

function etagOf(body: Uint8Array): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}

function storedEtags(results: PutResult[]): string[] {
  return results.flatMap((result) => (result.outcome === "stored" ? [result.etag] : []));
}

function inParallel<Result>(run: (number: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: PARALLEL }, (_, number) => run(number)));
}

describe.each([
  ["by the AWS SDK", connectSdk],
  ["by signed requests", connectSigned],
])("a bucket that is reached %s", (_how, connectThis) => {
  beforeAll(() => {
    connect = connectThis;
    bucket = openBucket(store);
  });

  describe("put() and get()", () => {
    const bodies: Record<string, Buffer> = {
      "no bytes": Buffer.alloc(0),
      "one byte": Buffer.from([0]),
      "every byte twice, with line ends": Buffer.from(
        Array.from({ length: 512 }, (_, byte) => byte % 256),
      ),
      "5 MB of noise": randomBytes(5_000_000),
    };
    for (const [name, body] of Object.entries(bodies)) {
      it(`gives back ${name}`, async () => {
        const key = newKey();
        const result = await bucket.put(key, body, { contentType: "application/octet-stream" });
        expect(result).toEqual({ outcome: "stored", etag: etagOf(body) });
        const got = await bucket.get(key);
        expect(got?.etag).toBe(etagOf(body));
        expect(got?.body.equals(body)).toBe(true);
      });
    }

    it("accepts a known hash of a body, and refuses another body's", async () => {
      const body = Buffer.from("hashed before");
      const put = (hashed: Buffer) =>
        bucket.put(newKey(), body, {
          contentType: "image/png",
          sha256: createHash("sha256").update(hashed).digest("hex"),
        });
      expect(await put(body)).toMatchObject({ outcome: "stored" });
      await expect(put(Buffer.from("another"))).rejects.toMatchObject({ status: 400 });
    });

    it("replaces the whole object, headers included", async () => {
      const key = newKey();
      await bucket.put(key, Buffer.from("first, and longer"), {
        contentType: "image/png",
        cacheControl: "no-store",
      });
      await bucket.put(key, Buffer.from("second"), { contentType: "image/gif" });
      expect((await bucket.get(key))?.body.toString()).toBe("second");
      const head = await client.send(new HeadObjectCommand({ Bucket: store.bucket, Key: key }));
      expect(head).toMatchObject({ ContentType: "image/gif", ContentLength: 6 });
      expect(head.CacheControl).toBeUndefined();
    });

    it("get() returns undefined for a key that never existed, and for one that is a folder of another", async () => {
      const key = newKey("folder/file");
      await bucket.put(key, Buffer.from("x"), JSON_TYPE);
      expect(await bucket.get(newKey())).toBeUndefined();
      expect(await bucket.get(key.replace("/file", ""))).toBeUndefined();
      expect(await bucket.get(key.replace("file", ""))).toBeUndefined();
    });

    it("keeps Content-Type and Cache-Control, on GET and on HEAD", async () => {
      const key = newKey("image.png");
      const body = randomBytes(1000);
      const cacheControl = "public, max-age=31536000, immutable";
      await bucket.put(key, body, { contentType: "image/png", cacheControl, ifNoneMatch: "*" });
      const input = { Bucket: store.bucket, Key: key };
      const expected = {
        ContentType: "image/png",
        CacheControl: cacheControl,
        ContentLength: 1000,
        ETag: etagOf(body),
      };
      const head = await client.send(new HeadObjectCommand(input));
      expect(head).toMatchObject(expected);
      expect(head.Metadata ?? {}).toEqual({});
      expect(Math.abs(Date.now() - Number(head.LastModified))).toBeLessThan(15 * 60_000);
      const got = await client.send(new GetObjectCommand(input));
      expect(got).toMatchObject(expected);
      expect(await got.Body?.transformToByteArray()).toEqual(new Uint8Array(body));
    });

    it("keeps user metadata and serves a range", async () => {
      const input = { Bucket: store.bucket, Key: newKey() };
      await client.send(
        new PutObjectCommand({
          ...input,
          Body: Buffer.from("0123456789"),
          Metadata: { probe: "yes" },
        }),
      );
      const got = await client.send(new GetObjectCommand({ ...input, Range: "bytes=2-4" }));
      expect(got).toMatchObject({
        Metadata: { probe: "yes" },
        ContentRange: "bytes 2-4/10",
        ContentLength: 3,
      });
      expect(await got.Body?.transformToString()).toBe("234");
    });

    it("answers 304 to If-None-Match with the current ETag", async () => {
      const input = { Bucket: store.bucket, Key: newKey() };
      const { ETag } = await client.send(
        new PutObjectCommand({ ...input, Body: Buffer.from("x") }),
      );
      const unchanged = client.send(new GetObjectCommand({ ...input, IfNoneMatch: ETag }));
      await expect(unchanged).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    });
  });

  describe("keys", () => {
    const names = [
      'with space', 'plus+sign', 'per%cent', '%2F', 'question?mark', 'hash#mark', 'amp&ersand', "quote'", 'double"quote',
      '<angle>', "(par)!*'", 'semi;colon:at@equals=comma,', 'tilde~', '$&+,/:;=?@', 'back\\slash', 'pipe|', '[brackets]',
      '좋아요/이미지.png', 'é', 'e\u0301', '日本語', '🎉', '\ufffd', 'double//slash', 'trailing/', 'dot.', '.hidden', '...', 'UPPER', 'upper',
    ]; // prettier-ignore

    it("may hold any character, and each is an object of its own, listed as it was written", async () => {
      const root = newKey("");
      for (const name of names) {
        const result = await bucket.put(root + name, Buffer.from(name), {
          ...JSON_TYPE,
          ifNoneMatch: "*",
        });
        expect({ name, outcome: result.outcome }).toEqual({ name, outcome: "stored" });
      }
      for (const name of names) {
        expect((await bucket.get(root + name))?.body.toString()).toBe(name);
      }
      expect((await listKeys(root)).toSorted()).toEqual(
        names.map((name) => root + name).toSorted(),
      );
      for (const name of names) {
        await bucket.delete(root + name);
      }
      expect(await listKeys(root)).toEqual([]);
    });

    it("may be 1024 bytes long", async () => {
      const key = newKey("").padEnd(1024, "k");
      await bucket.put(key, Buffer.from("long"), JSON_TYPE);
      expect((await bucket.get(key))?.body.toString()).toBe("long");
    });
  });

  describe("delete()", () => {
    it("deletes an object, and accepts a key that does not exist", async () => {
      const key = newKey();
      await bucket.put(key, Buffer.from("x"), JSON_TYPE);
      await bucket.delete(key);
      expect(await bucket.get(key)).toBeUndefined();
      await bucket.delete(key);
      await bucket.delete(newKey());
    });
  });

  describe("put() with ifNoneMatch", () => {
    it("stores once and does not change the first object", async () => {
      const key = newKey();
      const put = (text: string) =>
        bucket.put(key, Buffer.from(text), { ...JSON_TYPE, ifNoneMatch: "*" });
      expect((await put("first")).outcome).toBe("stored");
      expect(await put("second")).toEqual({ outcome: "precondition_failed" });
      expect(await put("first")).toEqual({ outcome: "precondition_failed" });
      expect((await bucket.get(key))?.body.toString()).toBe("first");
    });

    it("stores again after a delete", async () => {
      const key = newKey();
      const put = () => bucket.put(key, Buffer.from("x"), { ...JSON_TYPE, ifNoneMatch: "*" });
      await put();
      await bucket.delete(key);
      expect((await put()).outcome).toBe("stored");
    });

    it(`stores exactly one of ${PARALLEL} at the same time`, async () => {
      for (let round = 0; round < 5; round += 1) {
        const key = newKey();
        const put = (number: number) =>
          bucket.put(key, Buffer.from(`writer ${number}`), { ...JSON_TYPE, ifNoneMatch: "*" });
        const etags = storedEtags(await inParallel(put));
        expect(etags).toEqual([(await bucket.get(key))?.etag]);
      }
    });
  });

  describe("put() with ifMatch", () => {
    it("replaces the object with the ETag that put() and get() gave, and no other", async () => {
      const key = newKey();
      const put = (text: string, ifMatch: string) =>
        bucket.put(key, Buffer.from(text), { ...JSON_TYPE, ifMatch });
      const first = await bucket.put(key, Buffer.from("first"), JSON_TYPE);
      const [firstEtag = ""] = storedEtags([first]);
      expect(await put("second", firstEtag)).toEqual({
        outcome: "stored",
        etag: etagOf(Buffer.from("second")),
      });
      expect(await put("third", firstEtag)).toEqual({ outcome: "precondition_failed" });
      expect((await bucket.get(key))?.body.toString()).toBe("second");
      expect((await put("third", (await bucket.get(key))?.etag ?? "")).outcome).toBe("stored");
    });

    it("fails for a deleted object, and does not restore it", async () => {
      const key = newKey();
      const [etag = ""] = storedEtags([await bucket.put(key, Buffer.from("x"), JSON_TYPE)]);
      await bucket.delete(key);
      const put = await bucket.put(key, Buffer.from("y"), { ...JSON_TYPE, ifMatch: etag });
      expect(put).toEqual({ outcome: "precondition_failed" });
      expect(await bucket.get(key)).toBeUndefined();
    });

    it(`lets exactly one of ${PARALLEL} through in each round`, async () => {
      const key = newKey();
      await bucket.put(key, Buffer.from("round 0"), JSON_TYPE);
      for (let round = 1; round <= 5; round += 1) {
        const ifMatch = (await bucket.get(key))?.etag ?? "";
        const put = (number: number) =>
          bucket.put(key, Buffer.from(`round ${round}, writer ${number}`), {
            ...JSON_TYPE,
            ifMatch,
          });
        const etags = storedEtags(await inParallel(put));
        expect(etags).toEqual([(await bucket.get(key))?.etag]);
      }
    });

    it(`loses no increment of ${PARALLEL} writers who read and try again`, async () => {
      const key = newKey();
      await bucket.put(key, Buffer.from("0"), JSON_TYPE);
      await inParallel(() => increment(key));
      expect((await bucket.get(key))?.body.toString()).toBe(String(PARALLEL));
    });
  });

  async function increment(key: string): Promise<void> {
    for (;;) {
      const got = await bucket.get(key);
      const next = Buffer.from(String(Number(got?.body.toString()) + 1));
      const put = await bucket.put(key, next, { ...JSON_TYPE, ifMatch: got?.etag ?? "" });
      if (put.outcome === "stored") {
        return;
      }
    }
  }

  describe("listFolders()", () => {
    it("lists the parts of keys up to the next slash, each once, and no object", async () => {
      const root = newKey("/");
      const names = ["C1/1.json", "C1/2.json", "C2/1.json", "C2/deep/1.json", "plain"];
      await putAll(names.map((name) => root + name));
      const folders: string[] = [];
      for await (const folder of bucket.listFolders(root)) {
        folders.push(folder);
      }
      expect(folders).toEqual([`${root}C1/`, `${root}C2/`]);
    });
  });

  describe("list()", () => {
    it("lists in UTF-8 byte order, with size, ETag and time", async () => {
      const root = newKey("");
      // In UTF-16 order, the party popper (U+1F389) would come before U+FFFD.
      const names = [
        "!",
        "-",
        ".",
        "/",
        "0",
        "A",
        "Z",
        "_",
        "a",
        "a/",
        "a/b",
        "a0",
        "é",
        "좋",
        "\ufffd",
        "🎉",
      ];
      for (const name of names.toReversed()) {
        await bucket.put(root + name, Buffer.from(name), JSON_TYPE);
      }
      const listed = await listAll(bucket, root);
      expect(listed.map(({ key }) => key)).toEqual(names.map((name) => root + name));
      for (const { key, sizeBytes, etag, lastModified } of listed) {
        const body = Buffer.from(key.slice(root.length));
        expect({ sizeBytes, etag }).toEqual({ sizeBytes: body.length, etag: etagOf(body) });
        expect(Math.abs(Date.now() - lastModified.getTime())).toBeLessThan(15 * 60_000);
      }
      expect(await listKeys(root, { startAfter: `${root}é` })).toEqual(
        ["좋", "\ufffd", "🎉"].map((name) => root + name),
      );
      expect(await listKeys(root, { startAfter: `${root}b` })).toHaveLength(4);
      expect(await listKeys(`${root}a/`)).toEqual([`${root}a/`, `${root}a/b`]);
      expect(await listKeys(`${root}none`)).toEqual([]);
    });

    it("lists every key once over several pages of 1000", async () => {
      const root = newKey("");
      const keys = Array.from(
        { length: 1105 },
        (_, number) => `${root}${String(number).padStart(4, "0")}`,
      );
      await putAll(keys);
      expect(await listKeys(root)).toEqual(keys);
      expect(await listKeys(root, { startAfter: `${root}0099` })).toEqual(keys.slice(100));
      expect(await listKeys(root, { startAfter: `${root}1104` })).toEqual([]);
      expect(await listPages(root, 400)).toEqual([400, 400, 305]);
    });

    it("rolls up folders with a delimiter", async () => {
      const root = newKey("");
      await putAll(["a/1", "a/2", "b", "c/1"].map((name) => root + name));
      const page = await client.send(
        new ListObjectsV2Command({ Bucket: store.bucket, Prefix: root, Delimiter: "/" }),
      );
      expect(page.Contents?.map(({ Key }) => Key)).toEqual([`${root}b`]);
      expect(page.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual([`${root}a/`, `${root}c/`]);
    });

    it("shows a put and a delete at once", async () => {
      const root = newKey("");
      for (let round = 0; round < 3; round += 1) {
        await bucket.put(`${root}k`, Buffer.from("x"), JSON_TYPE);
        expect(await listKeys(root)).toEqual([`${root}k`]);
        await bucket.delete(`${root}k`);
        expect(await listKeys(root)).toEqual([]);
      }
    });
  });

  async function putAll(keys: string[]): Promise<void> {
    const left = keys.values();
    await inParallel(async () => {
      for (const key of left) {
        await bucket.put(key, Buffer.from("x"), JSON_TYPE);
      }
    });
  }

  /** Returns the number of keys per page, by continuation tokens, which the adapter does not use. */
  async function listPages(Prefix: string, MaxKeys: number): Promise<number[]> {
    const sizes: number[] = [];
    let ContinuationToken: string | undefined;
    do {
      const input = { Bucket: store.bucket, Prefix, MaxKeys, ContinuationToken };
      const page = await client.send(new ListObjectsV2Command(input));
      sizes.push(page.Contents?.length ?? 0);
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return sizes;
  }

  describe("access", () => {
    it("is refused with a wrong secret, for reading, writing and listing", async () => {
      const key = newKey();
      await bucket.put(key, Buffer.from("x"), JSON_TYPE);
      const stranger = openBucket({ ...store, secretAccessKey: `${store.secretAccessKey}x` });
      const refusal = { name: "StorageError", code: "SignatureDoesNotMatch" };
      await expect(stranger.get(key)).rejects.toMatchObject(refusal);
      await expect(stranger.put(key, Buffer.from("y"), JSON_TYPE)).rejects.toMatchObject(refusal);
      await expect(stranger.delete(key)).rejects.toMatchObject(refusal);
      await expect(listAll(stranger, ROOT)).rejects.toMatchObject(refusal);
      expect((await bucket.get(key))?.body.toString()).toBe("x");
    });

    it("is refused with an unknown access key", async () => {
      const stranger = openBucket({
        ...store,
        accessKeyId: `UNKNOWN${store.accessKeyId.slice(7)}`,
      });
      await expect(stranger.get(newKey())).rejects.toMatchObject({ code: "InvalidAccessKeyId" });
    });

    it("is refused in a bucket that does not exist, which is not the same as a missing object", async () => {
      const elsewhere = openBucket({ ...store, bucket: `no-such-bucket-${randomUUID()}` });
      await expect(elsewhere.get("k")).rejects.toMatchObject({ code: "NoSuchBucket" });
      await expect(elsewhere.put("k", Buffer.from("x"), JSON_TYPE)).rejects.toMatchObject({
        code: "NoSuchBucket",
      });
    });

    it("is refused to a body whose checksum does not fit", async () => {
      const input = {
        Bucket: store.bucket,
        Key: newKey(),
        Body: Buffer.from("x"),
        ContentMD5: "1B2M2Y8AsgTpgAmY7PhCfg==",
      };
      await expect(client.send(new PutObjectCommand(input))).rejects.toMatchObject({
        name: "BadDigest",
      });
      expect(await bucket.get(input.Key)).toBeUndefined();
    });
  });
});
