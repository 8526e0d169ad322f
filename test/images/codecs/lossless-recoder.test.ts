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

  it("begins after what runs meanwhile", async () => {
    const steps: string[] = [];
    const recoding = recodeInProcess({ bytes: JPG, type: "jpg" }, 30_000, async () => {
      await recodeInProcess({ bytes: JPG, type: "jpg" }, 30_000);
      steps.push("meanwhile");
    });
    await recoding.then(() => steps.push("recoded"));
    expect(steps).toEqual(["meanwhile", "recoded"]);
  });

  it("fails with what runs meanwhile, or if the process ends before that", async () => {
    const job = { bytes: JPG, type: "jpg" } as const;
    const failing = recodeInProcess(job, 30_000, async () => {
      throw new Error("no pixels");
    });
    await expect(failing).rejects.toThrow("no pixels");
    const ended = recodeInProcess(job, 1, async () => void (await recodeInProcess(job, 30_000)));
    await expect(ended).rejects.toThrow("the recoder ended without a result");
  });
});
