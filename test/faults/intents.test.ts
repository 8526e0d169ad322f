import { describe, expect, it } from "vitest";
import { markersIn } from "../helpers/person.ts";
import { after, type Cut, cutWire, NEVER } from "./cut.ts";
import {
  expectInLine,
  type Intent,
  INTENTS,
  isRecorded,
  startIntentStack,
  sweepUntilDone,
} from "./intents.ts";

const MOMENTS = [
  ["before a request is carried out", false],
  ["before the answer to a request that is carried out", true],
] as const;

/**
 * A process leaves no trace outside it between two requests. A clean run counts the requests. Then each is tried as the
 * last one, on servers of its own.
 */
describe.each(Object.entries<Intent>(INTENTS))("what was promised is done: %s", (_, intent) => {
  it.each(MOMENTS)(
    "when the process dies %s, whichever request it is",
    async (__, isNextCarriedOut) => {
      const clean = await run(intent, NEVER);
      expect(clean.status).toBe(200);
      for (const count of clean.sent.keys()) {
        await run(intent, { ...after(count), isNextCarriedOut });
      }
    },
  );

  it("and leaves nothing to a sweep if nothing fails", async () => {
    await using stack = await startIntentStack();
    const posted = await intent.prepare(stack);
    await intent.act(stack, posted);
    await stack.drain();
    intent.expectKept(stack, posted);
    expectInLine(stack);
    expect(markersIn(stack)).toEqual([]);
  });
});

/** Runs one intent, cut off for good at one moment; then sweeps. */
async function run(intent: Intent, cut: Cut) {
  await using stack = await startIntentStack();
  const posted = await intent.prepare(stack);
  const wire = cutWire(stack, cut);
  const status = await intent.act(stack, posted);
  await stack.drain();
  wire.mend();
  await sweepUntilDone(stack);
  try {
    if (status === 200) {
      intent.expectKept(stack, posted);
    }
    // A wish that was not promised may have had no effect, but not half of it.
    if (isRecorded(stack)) {
      expectInLine(stack);
    }
    expect(markersIn(stack)).toEqual([]);
  } catch (cause) {
    throw new Error(`another end state after ${status} and ${JSON.stringify(wire.sent)}`, {
      cause,
    });
  }
  return { status, sent: wire.sent };
}
