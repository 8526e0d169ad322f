import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { expect, it } from "vitest";
import { post } from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";
import { measureNaturalSizes } from "./chromium.ts";

const FIXTURES = new URL("../fixtures/images/", import.meta.url);
const NAMES = [
  "heic/alpha.heic",
  "heic/grid-rotated.heic",
  "heic/rotated-and-mirrored.heic",
  "heic/rotated-with-exif.heic",
  "heic/still.heic",
  "orientation-3-big-endian.jpg",
  "orientation-6-little-endian.jpg",
  "resolution-144-dpi-turned.jpg",
  "exif-orientation-6.png",
  "exif-orientation-6.webp",
  "rotated-1.avif",
  "rotated-and-mirrored.avif",
  "cropped-top-left-rotated.avif",
  "sixteen-bit.png",
  "still.gif",
  "animated.webp",
] as const;
const chromium = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

it.each([
  ["by default", {}],
  ["with OPTIMIZE=lossless", { OPTIMIZE: "lossless" }],
  [
    "with OPTIMIZE=webp and variants",
    { OPTIMIZE: "webp", TAG_FORMATS: "picture", VARIANT_WIDTHS: "16,25,640" },
  ],
  ["with MAX_WIDTH", { MAX_WIDTH: "25" }],
])("an image published %s has the size in Chromium that its record says", async (_, settings) => {
  await using stack = await startTestStack(settings);
  const files = await Promise.all(
    NAMES.map(async (name) => ({ name, bytes: await readFile(new URL(name, FIXTURES)) })),
  );
  const posted = post(stack, { files });
  await stack.send(stack.slack.envelopeOf(posted.channel, posted.ts));
  await stack.drain();

  const recorded = sizesIn(stack);
  expect(recorded.length).toBeGreaterThanOrEqual(NAMES.length);
  const bodies = recorded.map(({ key }) => stack.s3.objects(key)[0]?.body ?? Buffer.alloc(0));
  const shown = await measureNaturalSizes(chromium, bodies);
  const measured = recorded.map(({ key, height }, index) => ({
    key,
    width: shown[index]?.width,
    ...(height !== undefined && { height: shown[index]?.height }),
  }));
  expect(measured).toEqual(recorded);
});

const Recorded = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    images: v.array(
      v.object({
        state: v.literal("uploaded"),
        key: v.string(),
        width: v.number(),
        height: v.number(),
        variants: v.optional(v.array(v.object({ key: v.string(), width: v.number() })), []),
      }),
    ),
  }),
);

/** The sizes of the images, and the widths of their variants. */
function sizesIn(stack: TestStack): { key: string; width: number; height?: number }[] {
  const [record] = stack.s3.objects("state/messages/");
  const { images } = v.parse(Recorded, record?.body.toString());
  return images.flatMap(({ key, width, height, variants }) => [
    { key, width, height },
    ...variants.filter((variant) => variant.key !== key),
  ]);
}
