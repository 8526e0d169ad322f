import { once } from "node:events";
import { Worker } from "node:worker_threads";
import * as v from "valibot";
import { asciiAt } from "../bytes.ts";
import { readHeicColour, readHeicOrientation } from "../heif/heic.ts";
import { withColourProfile } from "../jpeg/jpeg-profile.ts";
import { sharp } from "./sharp.ts";

/**
 * `undecodable`: the file is broken, not coded in HEVC, too slow to decode, or in colours that a
 * JPEG cannot express.
 */
export type HeicErrorCode = "too_many_pixels" | "undecodable";

export class HeicError extends Error {
  override readonly name = "HeicError";
  readonly code: HeicErrorCode;

  constructor(code: HeicErrorCode, reason: string, options?: ErrorOptions) {
    super(`Cannot convert the HEIC: ${reason}`, options);
    this.code = code;
  }
}

export interface HeicLimits {
  /** Limits the decoding, counted from the start of its worker. */
  timeoutMs: number;
  maxPixels: number;
  libheif?: CompiledLibheif;
}

/**
 * Keeps what the first conversion compiles, so that later ones need not. It is code only and holds
 * nothing of an image.
 */
export interface CompiledLibheif {
  code?: WebAssembly.Module;
}

/** The data that the worker starts with. */
export interface HeicJob {
  heic: Uint8Array<ArrayBuffer>;
  maxPixels: number;
  maxMemoryBytes: number;
  code: WebAssembly.Module | undefined;
}

export type HeicReply = v.InferOutput<typeof HeicReply>;

const HeicReply = v.variant("outcome", [
  v.object({
    outcome: v.literal("decoded"),
    width: v.number(),
    height: v.number(),
    /** RGB, eight bits per channel. */
    pixels: v.custom<Uint8Array<ArrayBuffer>>((input) => input instanceof Uint8Array),
  }),
  v.object({ outcome: v.literal("too_many_pixels"), width: v.number(), height: v.number() }),
]);

const Compiled = v.object({
  code: v.custom<WebAssembly.Module>((input) => input instanceof WebAssembly.Module),
});

type Decoded = Extract<HeicReply, { outcome: "decoded" }>;

const QUALITY = 90;

/** 48 megapixels take 350 MB. A Vercel function has 2 GB in total. */
const MAX_WASM_BYTES = 1024 ** 3;
const MAX_HEAP_MB = 128;

/**
 * Converts HEIC or HEIF to a JPEG of quality 90, upright, in its original colours.
 * @throws {HeicError}
 */
export async function convertHeic(heic: Uint8Array, limits: HeicLimits): Promise<Uint8Array> {
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
}

function readProfile(heic: Uint8Array): Uint8Array | undefined {
  const colour = readHeicColour(heic);
  if (colour.kind === "srgb") {
    return undefined;
  }
  // ICC.1:2022, 7.2: the profile's colour space, and the signature that every profile has.
  if (
    colour.kind === "profile" &&
    asciiAt(colour.icc, 16) === "RGB " &&
    asciiAt(colour.icc, 36) === "acsp"
  ) {
    return colour.icc;
  }
  throw new HeicError("undecodable", "a JPEG cannot express its colours");
}

/**
 * Decodes in a worker, because libheif blocks until it is done. The worker ends with the image,
 * which frees all its memory.
 */
async function decode(
  heic: Uint8Array,
  { timeoutMs, maxPixels, libheif = {} }: HeicLimits,
): Promise<Decoded> {
  const job: HeicJob = {
    heic: new Uint8Array(heic),
    maxPixels,
    maxMemoryBytes: MAX_WASM_BYTES,
    code: libheif.code,
  };
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
  // Drains and discards libheif's output.
  worker.stdout.resume();
  worker.stderr.resume();
  // An unhandled error after the timeout would end the process.
  worker.on("error", () => undefined);
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const [message] = await once(worker, "message", { signal: timeout });
    libheif.code = v.parse(Compiled, message).code;
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

/** The steps for each EXIF orientation: mirror horizontally, then rotate clockwise. */
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
