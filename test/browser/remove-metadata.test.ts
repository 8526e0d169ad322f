import { readFileSync, readdirSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { Credit } from "../../lib/images/credit.ts";
import { inspectImage } from "../../lib/images/inspect-image.ts";
import { removeMetadata } from "../../lib/images/remove-metadata.ts";
import { type NaturalSize, measureNaturalSizes } from "./chromium.ts";

const FIXTURES = new URL("../fixtures/images/", import.meta.url);
const METADATA = new URL("metadata/", FIXTURES);

/** Their size comes from the resolution in EXIF. Without it, Chromium shows all their pixels. */
const SHOWN_LARGER = new Set(["resolution-144-dpi.jpg", "resolution-144-dpi-turned.jpg"]);

const CREDIT: Credit = new Map([
  ["dc:creator", ["Ann", "김작가"]],
  ["xmpRights:UsageTerms", ["Ask <first>"]],
]);

const chromium = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

describe.each([
  ["nothing", undefined],
  ["the credit", CREDIT],
])("removeMetadata() does not change what Chromium shows, and keeps %s", (_, credit) => {
  const cleaned = (bytes: Buffer) => cleanedWith(bytes, credit);
  const files = [...filesIn(FIXTURES), ...filesIn(METADATA)];
  const before = new Map<string, NaturalSize>();
  const after = new Map<string, NaturalSize>();

  beforeAll(async () => {
    const images = files.map((file) => readFileSync(file));
    const sizes = await measureNaturalSizes(chromium, [...images, ...images.map(cleaned)]);
    for (const [index, { href }] of files.entries()) {
      before.set(href, sizes[index]);
      after.set(href, sizes[files.length + index]);
    }
  });

  test.each(files.map((file) => [file.pathname.split("/").at(-1) ?? "", file] as const))(
    "of %s",
    (name, { href }) => {
      const { width = 0, height = 0 } = before.get(href) ?? {};
      const scale = SHOWN_LARGER.has(name) ? 2 : 1;
      expect(after.get(href)).toEqual({ width: width * scale, height: height * scale });
      expect(inspectImage(cleaned(readFileSync(new URL(href))))).toMatchObject(
        after.get(href) ?? {},
      );
    },
  );
});

function cleanedWith(bytes: Buffer, credit: Credit | undefined): Uint8Array {
  const type = inspectImage(bytes)?.type;
  const result = type && removeMetadata(bytes, type, credit);
  if (!result) {
    throw new Error("Cannot remove the metadata of a fixture");
  }
  return result.bytes;
}

function filesIn(folder: URL): URL[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => new URL(name, folder));
}
