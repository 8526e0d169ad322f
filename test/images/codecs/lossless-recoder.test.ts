import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { recodeInProcess } from "../../../lib/images/codecs/lossless-recoder.ts";

const JPG = await readFile(new URL("../../fixtures/images/baseline.jpg", import.meta.url));

describe("recodeInProcess()", () => {
  it("recodes an image, or says why it can't", async () => {
    const recoded = await recodeInProcess({ bytes: JPG, type: "jpg" }, 30_000);
    expect(recoded.subarray(0, 2)).toEqual(new Uint8Array([0xff, 0xd8]));
    await expect(recodeInProcess({ bytes: JPG, type: "png" }, 30_000)).rejects.toThrow(
      /^Cannot recode the png: /u,
    );
  });

  it("ends a process that takes too long", async () => {
    await expect(recodeInProcess({ bytes: JPG, type: "jpg" }, 1)).rejects.toThrow(
      "the recoder ended without a result",
    );
  });
});
