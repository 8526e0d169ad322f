import {
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cutListPage, type ListQuery } from "../../../dev/local-s3/list-page.ts";
import { type LocalS3, startLocalS3 } from "../../../dev/local-s3/server.ts";
import { createS3Client } from "../../helpers/s3-client.ts";

/** In UTF-8 byte order. JavaScript sorts by UTF-16, where the party popper (U+1F389) comes before U+FFFD. */
const KEYS = ["a", "a b+c", "a/1", "a/2", "a/b/3", "a0", "b/", "b/4", "é", "좋", "\ufffd", "🎉"];

let s3: LocalS3;
let client: S3Client;
beforeAll(async () => {
  s3 = await startLocalS3();
  client = createS3Client(s3);
  for (const Key of KEYS.toReversed()) {
    await client.send(new PutObjectCommand({ Bucket: s3.bucket, Key, Body: Buffer.from(Key) }));
  }
});
afterAll(() => s3.close());

async function list(input: Omit<ListObjectsV2CommandInput, "Bucket"> = {}) {
  const { Contents, CommonPrefixes, ...page } = await client.send(
    new ListObjectsV2Command({ Bucket: s3.bucket, ...input }),
  );
  return {
    ...page,
    keys: Contents?.map(({ Key }) => Key) ?? [],
    folders: CommonPrefixes?.map(({ Prefix }) => Prefix) ?? [],
  };
}

describe("ListObjectsV2", () => {
  it("lists in UTF-8 byte order", async () => {
    expect(await list()).toMatchObject({
      keys: KEYS,
      KeyCount: 12,
      MaxKeys: 1000,
      IsTruncated: false,
    });
    expect(s3.objects().map(({ key }) => key)).toEqual(KEYS);
  });

  it("keeps to a prefix and to what follows start-after", async () => {
    expect((await list({ Prefix: "a/" })).keys).toEqual(["a/1", "a/2", "a/b/3"]);
    expect((await list({ Prefix: "a/", StartAfter: "a/1" })).keys).toEqual(["a/2", "a/b/3"]);
    expect((await list({ StartAfter: "a/1x" })).keys[0]).toBe("a/2");
    expect((await list({ StartAfter: "\ufffd" })).keys).toEqual(["🎉"]);
    expect(await list({ Prefix: "none" })).toMatchObject({
      keys: [],
      KeyCount: 0,
      IsTruncated: false,
    });
  });

  it("rolls up what a delimiter separates", async () => {
    const expected = {
      keys: ["a", "a b+c", "a0", "é", "좋", "\ufffd", "🎉"],
      folders: ["a/", "b/"],
      KeyCount: 9,
    };
    expect(await list({ Delimiter: "/" })).toMatchObject(expected);
    expect(await list({ Delimiter: "/", Prefix: "a/" })).toMatchObject({
      keys: ["a/1", "a/2"],
      folders: ["a/b/"],
    });
    expect(await list({ Delimiter: "/", Prefix: "b/" })).toMatchObject({
      keys: ["b/", "b/4"],
      folders: [],
    });
  });

  for (const Delimiter of [undefined, "/"]) {
    for (const MaxKeys of [1, 2, 5]) {
      it(`gives the same in pages of ${MaxKeys}${Delimiter === undefined ? "" : " with a delimiter"}`, async () => {
        const whole = await list({ Delimiter });
        const keys: unknown[] = [];
        const folders: unknown[] = [];
        let ContinuationToken: string | undefined;
        do {
          const page = await list({ Delimiter, MaxKeys, ContinuationToken });
          expect(page.KeyCount).toBeLessThanOrEqual(MaxKeys);
          keys.push(...page.keys);
          folders.push(...page.folders);
          ContinuationToken = page.NextContinuationToken;
          expect(page.IsTruncated).toBe(ContinuationToken !== undefined);
        } while (ContinuationToken !== undefined);
        expect({ keys, folders }).toEqual({ keys: whole.keys, folders: whole.folders });
      });
    }
  }

  it("prefers the token to start-after, and is not truncated when exactly full", async () => {
    const { NextContinuationToken } = await list({ MaxKeys: 11 });
    expect(
      (await list({ ContinuationToken: NextContinuationToken, StartAfter: "zzz" })).keys,
    ).toEqual(["🎉"]);
    expect(await list({ MaxKeys: 12 })).toMatchObject({ IsTruncated: false });
    expect(await list({ MaxKeys: 0 })).toMatchObject({ IsTruncated: false, KeyCount: 0, keys: [] });
    expect(await list({ MaxKeys: 5000 })).toMatchObject({ MaxKeys: 1000 });
  });

  it("escapes what XML would change or cannot hold", async () => {
    const keys = ["xml/\u0001", "xml/\ta\r\nb ", "xml/&amp;<b>\"'"];
    for (const Key of keys) {
      await client.send(new PutObjectCommand({ Bucket: s3.bucket, Key, Body: Buffer.from(Key) }));
    }
    expect((await list({ Prefix: "xml/" })).keys).toEqual(keys);
    expect(await list({ Prefix: "xml/\t", Delimiter: "\r" })).toMatchObject({
      Prefix: "xml/\t",
      Delimiter: "\r",
      folders: ["xml/\ta\r"],
    });
  });

  it("refuses invalid arguments, version 1, and a missing bucket", async () => {
    const invalid: Omit<ListObjectsV2CommandInput, "Bucket">[] = [
      { MaxKeys: -1 },
      { ContinuationToken: "x" },
    ];
    for (const input of invalid) {
      await expect(list(input)).rejects.toMatchObject({ name: "InvalidArgument" });
    }
    await expect(client.send(new ListObjectsCommand({ Bucket: s3.bucket }))).rejects.toMatchObject({
      name: "NotImplemented",
    });
    await expect(client.send(new ListObjectsV2Command({ Bucket: "none" }))).rejects.toMatchObject({
      name: "NoSuchBucket",
    });
  });
});

describe("cutListPage()", () => {
  it("gives every object once, whatever the page size, prefix and delimiter", () => {
    const key = fc.string({
      unit: fc.constantFrom("a", "b", "/", "\ufffd", "🎉"),
      minLength: 1,
      maxLength: 5,
    });
    const prefix = fc.string({ unit: fc.constantFrom("a", "/"), maxLength: 2 });
    fc.assert(
      fc.property(
        fc.uniqueArray(key),
        prefix,
        fc.constantFrom("", "/", "a/"),
        fc.integer({ min: 1, max: 4 }),
        (keys, start, delimiter, maxKeys) => {
          const ordered = keys
            .toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
            .map(toFacts);
          const query = { prefix: start, delimiter, after: "" };
          const [whole] = cutPages(ordered, { ...query, maxKeys: 1000 });
          const pages = cutPages(ordered, { ...query, maxKeys });
          expect(pages.flatMap(({ objects }) => objects)).toEqual(whole?.objects);
          expect(pages.flatMap(({ commonPrefixes }) => commonPrefixes)).toEqual(
            whole?.commonPrefixes,
          );
          for (const facts of ordered.filter((object) => object.key.startsWith(start))) {
            const isInFolder = whole?.commonPrefixes.some((folder) => facts.key.startsWith(folder));
            expect(whole?.objects.includes(facts)).toBe(!isInFolder);
          }
        },
      ),
    );
  });
});

function* pagesOf(ordered: ReturnType<typeof toFacts>[], query: ListQuery) {
  let after: string | undefined = "";
  while (after !== undefined) {
    const page = cutListPage(ordered, { ...query, after });
    after = page.next;
    yield page;
  }
}

function cutPages(ordered: ReturnType<typeof toFacts>[], query: ListQuery) {
  return Array.from(pagesOf(ordered, query));
}

function toFacts(key: string) {
  return {
    key,
    etag: '""',
    sizeBytes: 0,
    lastModifiedMs: 0,
    contentType: "text/plain",
    metadata: {},
  };
}
