import { once } from "node:events";
import { Worker } from "node:worker_threads";
import * as v from "valibot";
import { asciiAt } from "../bytes.ts";
import { readHeicColour, readHeicOrientation } from "../heif/heic.ts";
import { withColourProfile } from "../jpeg/jpeg-profile.ts";
import { sharp } from "./sharp.ts";

/** `undecodable`: broken, of another codec than HEVC, too slow, or of colours that a JPEG cannot name. */
export type HeicErrorCode = "too_many_pixels" | "undecodable";

export class HeicError extends Error {
  override readonly name = "HeicError";
  readonly code: HeicErrorCode;

  constructor(code: HeicErrorCode, reason: string, options?: ErrorOptions) {
    super(`Cannot convert the HEIC: ${reason}`, options);
    this.code = code;
  }
}

/** HEIC or HEIF → JPEG of quality 90, upright, in its own colours. @throws {HeicError} */
export type ConvertHeic = (heic: Uint8Array) => Promise<Uint8Array>;

export interface HeicLimits {
  /** Of decoding, from the start of the worker that does it. */
  timeoutMs: number;
  maxPixels: number;
}

/** What the worker is started with. */
export interface HeicJob {
  heic: Uint8Array<ArrayBuffer>;
  maxPixels: number;
  maxMemoryBytes: number;
}

export type HeicReply = v.InferOutput<typeof HeicReply>;

const HeicReply = v.variant("outcome", [
  v.object({
    outcome: v.literal("decoded"),
    width: v.number(),
    height: v.number(),
    /** RGB, eight bits each. */
    pixels: v.custom<Uint8Array<ArrayBuffer>>((input) => input instanceof Uint8Array),
  }),
  v.object({ outcome: v.literal("too_many_pixels"), width: v.number(), height: v.number() }),
]);

type Decoded = Extract<HeicReply, { outcome: "decoded" }>;

const QUALITY = 90;

/** 48 megapixels take 350 MB. A function of Vercel has 2 GB for everything. */
const MAX_WASM_BYTES = 1024 ** 3;
const MAX_HEAP_MB = 128;

export function createHeicConverter(limits: HeicLimits): ConvertHeic {
  return async function convertHeic(heic) {
    try {
      const decoded = await decode(heic, limits);
      const icc = readProfile(heic);
      const jpeg = await encode(decoded, readHeicOrientation(heic), limits);
      return icc === undefined ? jpeg : withColourProfile(jpeg, icc);
    } catch (error) {
      throw error instanceof HeicError
        ? error
        : new HeicError("undecodable", reasonOf(error), { cause: error });
    }
  };
}

function readProfile(heic: Uint8Array): Uint8Array | undefined {
  const colour = readHeicColour(heic);
  if (colour.kind === "srgb") {
    return undefined;
  }
  // ICC.1:2022, 7.2: what the profile is for, and the signature of all profiles.
  if (
    colour.kind === "profile" &&
    asciiAt(colour.icc, 16) === "RGB " &&
    asciiAt(colour.icc, 36) === "acsp"
  ) {
    return colour.icc;
  }
  throw new HeicError("undecodable", "a JPEG cannot name its colours");
}

/**
 * In a thread of its own, since libheif does not return before it is done, and ended with the image, which frees all memory.
 */
async function decode(heic: Uint8Array, { timeoutMs, maxPixels }: HeicLimits): Promise<Decoded> {
  const job: HeicJob = { heic: new Uint8Array(heic), maxPixels, maxMemoryBytes: MAX_WASM_BYTES };
  const worker = new Worker(new URL("./heic-worker.js", import.meta.url), {
    name: "heic",
    workerData: job,
    transferList: [job.heic.buffer],
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  // What libheif prints is read and dropped.
  worker.stdout.resume();
  worker.stderr.resume();
  // An error that comes after the timeout would end the process.
  worker.on("error", () => undefined);
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const [message] = await once(worker, "message", { signal: timeout });
    const reply = v.parse(HeicReply, message);
    if (reply.outcome === "decoded") {
      return reply;
    }
    const { width, height } = reply;
    throw new HeicError("too_many_pixels", `${width} × ${height} pixels`);
  } catch (error) {
    if (!timeout.aborted) {
      throw error;
    }
    throw new HeicError("undecodable", `it took longer than ${timeoutMs} ms`, { cause: error });
  } finally {
    await worker.terminate();
  }
}

function encode(
  { pixels, width, height }: Decoded,
  orientation: number,
  { maxPixels }: HeicLimits,
): Promise<Buffer> {
  const { isMirrored, degrees } = TURNS.get(orientation) ?? { isMirrored: false, degrees: 0 };
  return sharp(pixels, { raw: { width, height, channels: 3 }, limitInputPixels: maxPixels })
    .flop(isMirrored)
    .rotate(degrees)
    .jpeg({ quality: QUALITY })
    .toBuffer();
}

/** By EXIF orientation: first mirrored from left to right, then turned clockwise. */
const TURNS = new Map([
  [2, { isMirrored: true, degrees: 0 }],
  [3, { isMirrored: false, degrees: 180 }],
  [4, { isMirrored: true, degrees: 180 }],
  [5, { isMirrored: true, degrees: 270 }],
  [6, { isMirrored: false, degrees: 90 }],
  [7, { isMirrored: true, degrees: 90 }],
  [8, { isMirrored: false, degrees: 270 }],
]);

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
