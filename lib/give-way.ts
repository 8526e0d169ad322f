import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Pieces } from "./images/pieces.ts";

/** Resolves when the event loop has done what else there was to do. */
export type GiveWay = () => Promise<void>;

/**
 * One caller in each turn of the event loop, over all of the process: pieces of many images would otherwise follow one
 * another without an answer in between.
 */
export function createGiveWay(): GiveWay {
  let last = Promise.resolve();
  return () => (last = last.then(() => setImmediate()));
}

/** Each piece in a turn of its own. */
export async function inPieces<Result>(work: Pieces<Result>, giveWay: GiveWay): Promise<Result> {
  for (;;) {
    await giveWay();
    const step = work.next();
    if (step.done === true) {
      return step.value;
    }
  }
}

/** Some milliseconds. */
const HASHED_AT_ONCE_BYTES = 8 * 1024 * 1024;

/** In hexadecimal digits. */
export async function sha256(bytes: Uint8Array, giveWay: GiveWay): Promise<string> {
  const hash = createHash("sha256");
  for (let at = 0; at < bytes.length; at += HASHED_AT_ONCE_BYTES) {
    if (at > 0) {
      await giveWay();
    }
    hash.update(bytes.subarray(at, at + HASHED_AT_ONCE_BYTES));
  }
  return hash.digest("hex");
}
