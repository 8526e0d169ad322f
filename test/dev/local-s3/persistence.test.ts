import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDiskRoom } from "../../../dev/local-s3/disk-shelf.ts";
import { createObjectStore } from "../../../dev/local-s3/object-store.ts";
import { startLocalS3 } from "../../../dev/local-s3/server.ts";
import { createS3Client } from "../../helpers/s3-client.ts";

let outside: string;
let directory: string;
beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), "local-s3-"));
  directory = join(outside, "store");
});
afterEach(() => rm(outside, { recursive: true }));

/** These keys are all different, and must never become paths. */
const ODD_KEYS = [
  "a",
  "A",
  "a/",
  "a/b",
  "a//b",
  "/a",
  "/",
  "//",
  ".",
  "..",
  "../escaped",
  "../../escaped",
  "a/../../../escaped",
  "/etc/passwd",
  "nul",
  "con.txt",
  "trailing.",
  "trailing ",
  " ",
  "%2e%2e%2fescaped",
  "..\\escaped",
  "a\u0000b",
  "a\nb",
  "~",
  "$HOME",
  '*?<>|":',
  "é",
  "e\u0301",
  "좋아/이미지.png",
  "🎉",
  "\ufffd",
  "k".repeat(1024),
  "/k".repeat(512),
];

function put(store: ReturnType<typeof open>, key: string, body = Buffer.from(key)) {
  store.put({
    key,
    body,
    etag: '"e"',
    sizeBytes: body.length,
    lastModifiedMs: 1000,
    contentType: "image/png",
    metadata: {},
  });
}

function open() {
  return createObjectStore(openDiskRoom(directory).open("bucket"));
}

describe("the local S3 with a directory", () => {
  it("has every object, its bytes, headers and metadata after a restart", async () => {
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte).concat(10, 10));
    const input = {
      Key: "images/좋 a.png",
      Body: body,
      ContentType: "image/png",
      CacheControl: "public",
      Metadata: { a: "b" },
    };
    const before = await (async () => {
      await using s3 = await startLocalS3({ directory, bucket: ["one", "two"] });
      const client = createS3Client(s3);
      await client.send(
        new PutObjectCommand({ Bucket: "two", ...input, ContentDisposition: "inline" }),
      );
      await client.send(new PutObjectCommand({ Bucket: "one", Key: "gone", Body: body }));
      await client.send(new DeleteObjectCommand({ Bucket: "one", Key: "gone" }));
      return s3.objects("", "two");
    })();

    await using s3 = await startLocalS3({ directory, bucket: "one" });
    expect(s3.objects("", "two")).toEqual(before);
    expect(s3.objects("", "one")).toEqual([]);
    const client = createS3Client(s3);
    const got = await client.send(new GetObjectCommand({ Bucket: "two", Key: input.Key }));
    expect(got).toMatchObject({
      ContentType: "image/png",
      CacheControl: "public",
      ContentDisposition: "inline",
      Metadata: { a: "b" },
    });
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(body);
    const again = client.send(new PutObjectCommand({ Bucket: "two", ...input, IfNoneMatch: "*" }));
    await expect(again).rejects.toMatchObject({ name: "PreconditionFailed" });
  });

  it("keeps odd keys apart and inside its directory, and takes them over the wire", async () => {
    await using s3 = await startLocalS3({ directory });
    const client = createS3Client(s3);
    for (const Key of ODD_KEYS) {
      await client.send(new PutObjectCommand({ Bucket: s3.bucket, Key, Body: Buffer.from(Key) }));
    }
    for (const Key of ODD_KEYS) {
      const got = await client.send(new GetObjectCommand({ Bucket: s3.bucket, Key }));
      expect(await got.Body?.transformToString()).toBe(Key);
    }
    expect(
      s3
        .objects()
        .map(({ key }) => key)
        .toSorted(),
    ).toEqual(ODD_KEYS.toSorted());
    expect(await readdir(outside)).toEqual(["store"]);
    expect((await readdir(directory)).toSorted()).toEqual(["buckets", "unfinished"]);
    expect(await readdir(join(directory, "buckets"))).toEqual([s3.bucket]);
  });
});

describe("openDiskRoom()", () => {
  it("keeps any keys at all apart and inside its directory", async () => {
    const store = open();
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ unit: "binary", minLength: 1, maxLength: 40 })),
        (keys) => {
          for (const key of keys) {
            put(store, key);
          }
          const again = open();
          for (const key of keys) {
            const facts = again.find(key);
            expect(facts && again.read(facts).body.equals(Buffer.from(key))).toBe(true);
          }
        },
      ),
      { numRuns: 20 },
    );
    expect(await readdir(outside)).toEqual(["store"]);
  });

  it("drops unfinished writes of a killed process, and ignores foreign files", async () => {
    const store = open();
    put(store, "whole");
    await writeFile(join(directory, "unfinished", "half"), "half of an obj");
    await writeFile(join(directory, "buckets", "bucket", ".DS_Store"), "Finder was here");
    expect(
      open()
        .inOrder()
        .map(({ key }) => key),
    ).toEqual(["whole"]);
    expect(await readdir(join(directory, "unfinished"))).toEqual([]);
  });

  it("leaves the old object whole when the new one cannot be written", async () => {
    const store = open();
    put(store, "k", Buffer.from("old"));
    await rm(join(directory, "unfinished"), { recursive: true });
    expect(() => put(store, "k", Buffer.from("new"))).toThrow(/ENOENT/);
    const facts = open().find("k");
    expect(facts && store.read(facts).body.toString()).toBe("old");
  });

  it("replaces an object in place: one file a key", async () => {
    const store = open();
    for (let round = 0; round < 5; round += 1) {
      put(store, "k", Buffer.alloc(round));
    }
    const files = await readdir(join(directory, "buckets", "bucket"));
    expect(files).toHaveLength(1);
    expect((await stat(join(directory, "buckets", "bucket", files[0] ?? ""))).size).toBeGreaterThan(
      4,
    );
    store.delete("k");
    store.delete("k");
    expect(await readdir(join(directory, "buckets", "bucket"))).toEqual([]);
  });
});
