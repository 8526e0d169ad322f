import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Pieces } from "./images/pieces.ts";

/** Resolves once the event loop has handled other pending work. */
export type GiveWay = () => Promise<void>;

/**
 * Creates a function that lets one caller continue per turn of the event loop, across the process.
 * Otherwise pieces of many images would follow each other with no response in between.
 */
export function createGiveWay(): GiveWay {
  let last = Promise.resolve();
  return () => (last = last.then(() => setImmediate()));
}

/** Runs each piece in a turn of its own. */
export async function inPieces<Result>(work: Pieces<Result>, giveWay: GiveWay): Promise<Result> {
  for (;;) {
    await giveWay();
    const step = work.next();
    if (step.done === true) {
      return step.value;
    }
  }
}

/** Takes a few milliseconds. */
const HASHED_AT_ONCE_BYTES = 8 * 1024 * 1024;

/** Returns the hash in hexadecimal. */
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
