import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { atOnce } from "../../lib/images/pieces.ts";
import { prepareImage } from "../../lib/images/prepare-image.ts";

const FIXTURES = new URL("../fixtures/images/", import.meta.url);

describe("prepareImage()", () => {
  it.each([
    ["refused/no-frame.gif", "not_safe"],
    ["refused/interframe.webp", "not_safe"],
    ["refused/photo.tiff", "tiff_or_bmp"],
    ["refused/drawing.svg", "svg"],
    ["refused/codestream.jxl", "jxl"],
    ["refused/photo.heic", "heic"],
    ["refused/video.mp4", "not_an_image"],
    ["refused/page.pdf", "not_an_image"],
    ["still.gif", "prepared"],
  ])("prepares %s: %s", (name, outcome) => {
    expect(outcomeOf(fixture(name))).toBe(outcome);
  });

  it.each([
    ["truecolour.png", 8],
    ["baseline.jpg", 3],
    ["still.gif", 6],
    ["lossy.webp", 16],
    ["still.avif", 32],
  ])("calls %s damaged if only its first %i bytes or a few more are left", (name, shortest) => {
    const bytes = fixture(name);
    for (let length = shortest; length < shortest + 60; length += 1) {
      expect(outcomeOf(bytes.subarray(0, length)), `${length} bytes`).toBe("not_safe");
    }
  });

  it.each(["GIF89a<script>alert(1)</script>", "GIF88a", "RIFF\0\0\0\0WAVEfmt ", "\0\0\0\x0cJXL "])(
    "does not call a file damaged that only begins like an image: %j",
    (text) => {
      expect(outcomeOf(Buffer.from(text))).toBe("not_an_image");
    },
  );
});

function outcomeOf(bytes: Uint8Array): string {
  return atOnce(prepareImage(bytes, { keepMetadata: "none" })).outcome;
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(name, FIXTURES));
}
