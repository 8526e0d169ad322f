import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { PARSER_LIMITS } from "../../lib/images/parser-limits.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";
import {
  box,
  gifExtension,
  jpegSegment,
  pngChunk,
  riff,
  spliced,
  webpChunk,
} from "../images/metadata-writers.ts";

const image = (name: string) => readFile(new URL(`../fixtures/images/${name}`, import.meta.url));
const PNG = await image("alpha.png");
const JPG = await image("baseline.jpg");
const GIF = await image("still.gif");
const WEBP = (await image("lossy.webp")).subarray(12);
const AVIF = await image("still.avif");

const { jpegScans, jpegSegments, jpegFill, pngChunks, gifBlocks, gifSubBlocks } = PARSER_LIMITS;

/** Files with one more part than allowed, and no other fault. */
const FLOODS: readonly (readonly [name: string, bytes: Buffer])[] = [
  ["segments.jpg", spliced(JPG, 2, many(jpegSegment(0xe1, "Exif\0\0"), jpegSegments))],
  ["scans.jpg", spliced(JPG, JPG.length - 2, many(jpegSegment(0xda), jpegScans))],
  ["fill.jpg", spliced(JPG, 2, many(Buffer.of(0xff), jpegFill))],
  ["stuffed.jpg", spliced(JPG, JPG.length - 2, many(Buffer.of(0xff, 0), jpegFill))],
  ["text.png", spliced(PNG, 33, many(pngChunk("tEXt"), pngChunks))],
  ["comments.gif", spliced(GIF, GIF.length - 1, many(gifExtension(0xfe, ""), gifBlocks))],
  [
    "bytes.gif",
    spliced(GIF, GIF.length - 1, Buffer.of(0x21, 0xfe), many(Buffer.from("\x01a"), gifSubBlocks)),
  ],
  ["chunks.webp", riff(WEBP, many(webpChunk("note", Buffer.alloc(0)), PARSER_LIMITS.webpChunks))],
  ["boxes.avif", Buffer.concat([AVIF, many(box("free"), PARSER_LIMITS.boxes)])],
];

/** 12 MB, of which only the pixels stay. All time between download and reply is spent on it. */
const HEAVY = spliced(JPG, 2, many(jpegSegment(0xe1, Buffer.alloc(65_000, "exif:GPS")), 185));

describe("an image made of more parts than any real one", () => {
  it.each([{}, { KEEP_METADATA: "true" }])(
    "is called damaged, in all formats, and delays no other: %j",
    async (settings) => {
      await using stack = await startTestStack(settings);
      const files = [
        ...FLOODS.map(([name, bytes]) => ({ name, bytes })),
        { name: "fine.png", bytes: PNG },
      ];
      const { message, envelope } = stack.slack.postMessage({ channel: channelOf(stack), files });
      expect((await stack.send(envelope)).status).toBe(200);
      await stack.drain();
      const [reply] = repliesTo(stack, message.ts);
      const shown = JSON.stringify(reply);
      for (const [name] of FLOODS) {
        expect(shown).toContain(name);
      }
      expect(shown.split("This file is damaged")).toHaveLength(1 + FLOODS.length);
      expect(stack.s3.objects("images/").map(({ body }) => body)).toEqual([PNG]);
    },
  );

  it("is never passed to a codec", async () => {
    await using stack = await startTestStack({ KEEP_METADATA: "true", OPTIMIZE: "lossless" });
    const [, scans] = FLOODS;
    const [name, bytes] = scans ?? ["", JPG];
    const { message, envelope } = stack.slack.postMessage({
      channel: channelOf(stack),
      files: [{ name, bytes }],
    });
    await stack.send(envelope);
    await stack.drain();
    expect(JSON.stringify(repliesTo(stack, message.ts))).toContain("This file is damaged");
    expect(stack.s3.objects("images/")).toEqual([]);
  });
});

describe("a message without images", () => {
  it("is answered while the app works on images of nothing but metadata", async () => {
    await using stack = await startTestStack();
    const files = Array.from({ length: 8 }, (_, index) => ({ name: `${index}.jpg`, bytes: HEAVY }));
    const { message, envelope } = stack.slack.postMessage({ channel: channelOf(stack), files });
    const order: string[] = [];
    await stack.send(envelope);
    const shown = stack.drain().then(() => order.push("the images are shown"));
    for (let count = 1; count <= 3; count += 1) {
      const text = stack.slack.postMessage({ channel: channelOf(stack), text: "hello", files: [] });
      expect((await stack.send(text.envelope)).status).toBe(200);
      order.push(`answer ${count}`);
    }
    await shown;
    expect(order).toEqual(["answer 1", "answer 2", "answer 3", "the images are shown"]);
    expect(JSON.stringify(repliesTo(stack, message.ts))).toContain("location removed");
    const { length } = stack.s3.objects("images/").filter(({ body }) => body.equals(JPG));
    expect(length).toBe(8);
  });
});

function many(part: Buffer, count: number): Buffer {
  return Buffer.alloc(part.length * (count + 1), part);
}

function repliesTo(stack: TestStack, ts: string) {
  return stack.slack.thread(channelOf(stack), ts).filter((message) => message.bot_id !== undefined);
}

function channelOf(stack: TestStack): string {
  return [...stack.slack.state.channels.keys()][0] ?? "";
}
