import { describe, expect, it } from "vitest";
import { post, type Posted, tagsShown } from "../helpers/person.ts";
import type { TestStack } from "../helpers/stack.ts";
import { after, type Cut, cutWire, NEVER } from "./cut.ts";
import {
  CHANNEL,
  expectDone,
  IMAGES,
  LEASE_AND_MORE_MS,
  sweepUntilDone,
  startUploadStack,
  sweep,
} from "./upload.ts";

const MOMENTS = [
  ["before a request is carried out", false],
  ["before the answer to a request that is carried out", true],
] as const;
/**
 * A process leaves no trace outside it between two requests, so only the moments before and after each request differ.
 * A clean run counts the requests. Then each is tried as the last one, on servers of its own.
 */
describe("a sweep leaves the same end state as a run without faults", () => {
  it.each(MOMENTS)(
    "when the sweep that finishes the upload dies too, %s",
    async (_, isNextCarriedOut) => {
      const { sent } = await upload();
      const half = { ...after(Math.ceil(sent.length / 2)), isNextCarriedOut };
      const clean = await upload(half, NEVER);
      expect(clean.sweepSent).toEqual(expect.arrayContaining(["GET state", "chat.update"]));
      for (const count of clean.sweepSent.keys()) {
        await upload(half, { ...after(count), isNextCarriedOut });
      }
    },
  );

  it.each(MOMENTS)("when the upload has variants and dies %s", async (_, isNextCarriedOut) => {
    const clean = await uploadWithVariants();
    expect(clean.sent.filter((request) => request === "PUT images")).toHaveLength(3);
    for (const count of clean.sent.keys()) {
      const { tags, keys } = await uploadWithVariants({ ...after(count), isNextCarriedOut });
      expect([count, ...tags]).toEqual([count, ...clean.tags]);
      expect([count, ...keys]).toEqual([count, ...clean.keys]);
    }
  });
});

/** Runs an upload with variants. Tags and keys come without uuids and address, so that runs can be compared. */
async function uploadWithVariants(cut = NEVER) {
  await using stack = await startUploadStack({ TAG_FORMATS: "picture", VARIANT_WIDTHS: "16,32" });
  const posted = post(stack, { files: [IMAGES[1]] });
  const wire = cutWire(stack, cut);
  await stack.send(stack.slack.envelopeOf(CHANNEL, posted.ts));
  await stack.drain();
  wire.mend();
  await sweepUntilDone(stack, posted);
  const anonymous = (text: string) =>
    text.replaceAll(/[0-9a-f-]{36}/gu, "uuid").replaceAll(stack.s3.publicBaseUrl, "");
  return {
    sent: wire.sent,
    tags: tagsShown(stack, posted).map(anonymous),
    keys: stack.s3.objects("images/").map(({ key }) => anonymous(key)),
  };
}

/** Runs an upload and, later, another instance's sweep, each cut off for good at one moment; then the next sweeps. */
async function upload(uploadCut = NEVER, sweepCut?: Cut) {
  await using stack = await startUploadStack();
  const posted = post(stack, { files: IMAGES });
  const wire = cutWire(stack, uploadCut);
  await stack.send(stack.slack.envelopeOf(CHANNEL, posted.ts));
  await stack.drain();
  wire.mend();
  const sweepSent = sweepCut === undefined ? [] : await sweepAndDie(stack, sweepCut);
  await sweepUntilDone(stack, posted);
  expectEnd(stack, posted, [wire.sent, sweepSent]);
  return { sent: wire.sent, sweepSent };
}

async function sweepAndDie(stack: TestStack, cut: Cut): Promise<readonly string[]> {
  stack.clock.nowMs += LEASE_AND_MORE_MS;
  const wire = cutWire(stack, cut);
  await sweep(stack.createInstance());
  wire.mend();
  return wire.sent;
}

/** Expects the end state; a failure says which requests came before. */
function expectEnd(stack: TestStack, posted: Posted, sent: readonly (readonly string[])[]): void {
  try {
    expectDone(stack, posted);
  } catch (cause) {
    throw new Error(`another end state after ${JSON.stringify(sent)}`, { cause });
  }
}
