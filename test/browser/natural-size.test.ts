import { readFileSync, readdirSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { inspectImage } from "../../lib/images/inspect-image.ts";
import { type NaturalSize, measureNaturalSizes } from "./chromium.ts";

const FIXTURES = new URL("../fixtures/images/", import.meta.url);
const REFUSED = new URL("refused/", FIXTURES);

/** Chromium shows these although they are none of the five formats, or hold no image. */
const SHOWN_ALL_THE_SAME = new Set(["icon.ico", "pixel.bmp", "no-frame.gif"]);

const chromium = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

describe("inspectImage() agrees with Chromium", () => {
  const files = [...filesIn(FIXTURES), ...filesIn(REFUSED)];
  const naturalSizes = new Map<string, NaturalSize>();

  beforeAll(async () => {
    const images = files.map((file) => readFileSync(file));
    const sizes = await measureNaturalSizes(chromium, images);
    for (const [index, file] of files.entries()) {
      naturalSizes.set(file.href, sizes[index]);
    }
  });

  test.each(filesIn(FIXTURES).map(nameAndFile))("on the natural size of %s", (_, file) => {
    const facts = inspectImage(readFileSync(file));
    expect(facts).toMatchObject(naturalSizes.get(file.href) ?? { width: "none", height: "none" });
  });

  test.each(filesIn(REFUSED).map(nameAndFile))("on refusing %s", (name, file) => {
    expect(inspectImage(readFileSync(file))).toBeUndefined();
    expect(naturalSizes.get(file.href) !== undefined).toBe(SHOWN_ALL_THE_SAME.has(name));
  });
});

function filesIn(folder: URL): URL[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => new URL(name, folder));
}

function nameAndFile(file: URL): [string, URL] {
  return [file.pathname.split("/").at(-1) ?? "", file];
}
