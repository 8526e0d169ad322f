import { asciiAt, viewOf } from "../bytes.ts";
import { parseExif } from "../exif.ts";
import { cleanIccProfile } from "../icc-profile.ts";
import { type CleanImage, type ImageCleaning, createCleaning } from "../image-cleaning.ts";
import { kindsOf } from "../metadata-kinds.ts";
import { orientationExif } from "../exif.ts";
import {
  CHUNK_HEADER_BYTES,
  EXIF_FLAG,
  PROFILE_FLAG,
  RIFF_HEADER_BYTES,
  type WebpChunk,
  XMP_FLAG,
  isWebp,
  webpChunksIn,
} from "./webp-chunks.ts";

const FRAME_HEADER_BYTES = 16;
const EXTENDED_BYTES = 10;
const PIXELS = new Set(["VP8 ", "VP8L", "ALPH"]);
const KEPT = new Set([...PIXELS, "ANIM"]);

/**
 * Keeps images, frames and what colours need of the first ICC profile, which is the one that counts. Browsers ignore the EXIF orientation of a WebP and other viewers turn by
 * it: EXIF shrinks to it where it is not 1, so that every viewer goes on showing what it showed.
 */
export function cleanWebp(bytes: Uint8Array): CleanImage {
  const cleaning = createCleaning(bytes);
  const end = CHUNK_HEADER_BYTES + viewOf(bytes).getUint32(4, true);
  if (!isWebp(bytes) || end > bytes.length) throw new RangeError("Cannot find a whole WebP");
  const orientation = orientationBlock(bytes, end);
  const profile = firstProfile(bytes, end);
  const flags = (orientation ? EXIF_FLAG : 0) | (profile?.clean ? PROFILE_FLAG : 0);
  cleaning.keep(0, RIFF_HEADER_BYTES);
  for (const chunk of webpChunksIn(bytes, RIFF_HEADER_BYTES, end)) {
    const body = bytes.subarray(chunk.start, chunk.end);
    if (chunk.type === "VP8X") writeChunk(cleaning, "VP8X", extendedHeader(body, flags));
    else if (chunk.type === "ANMF") writeFrame(cleaning, bytes, chunk);
    else if (KEPT.has(chunk.type)) writeChunk(cleaning, chunk.type, body);
    else if (chunk.type === "ICCP") {
      const clean = chunk.start === profile?.start ? profile.clean : undefined;
      if (clean) writeChunk(cleaning, "ICCP", clean);
      if (!clean || Buffer.compare(clean, body) !== 0) cleaning.drop("other");
    } else if (!orientation || Buffer.compare(orientation, body) !== 0)
      cleaning.drop(
        ...(["EXIF", "XMP "].includes(chunk.type) ? kindsOf(body) : ["other" as const]),
      );
  }
  if (orientation) writeChunk(cleaning, "EXIF", orientation);
  cleaning.overwrite(4, uint32(cleaning.length() - CHUNK_HEADER_BYTES));
  if (end < bytes.length) cleaning.drop("other");
  return cleaning.finish();
}

// The flag of what stays in the file stays as it was: most viewers look at it, some only at the chunk.
function extendedHeader(header: Uint8Array, staying: number): Uint8Array {
  if (header.length !== EXTENDED_BYTES) throw new RangeError("Cannot read the header of a WebP");
  const [flags = 0, ...rest] = header;
  return Uint8Array.of(flags & (~(XMP_FLAG | EXIF_FLAG | PROFILE_FLAG) | staying), ...rest);
}

// A frame holds chunks as the file does, unknown ones among them.
function writeFrame(cleaning: ImageCleaning, bytes: Uint8Array, { start, end }: WebpChunk): void {
  const sizeAt = cleaning.length() + 4;
  if (end - start < FRAME_HEADER_BYTES) throw new RangeError("Cannot read a frame of a WebP");
  writeChunk(cleaning, "ANMF", bytes.subarray(start, start + FRAME_HEADER_BYTES));
  for (const chunk of webpChunksIn(bytes, start + FRAME_HEADER_BYTES, end)) {
    if (!PIXELS.has(chunk.type)) cleaning.drop("other");
    else writeChunk(cleaning, chunk.type, bytes.subarray(chunk.start, chunk.end));
  }
  cleaning.overwrite(sizeAt, uint32(cleaning.length() - sizeAt - 4));
}

function writeChunk(cleaning: ImageCleaning, type: string, body: Uint8Array): void {
  cleaning.write(Buffer.from(type, "latin1"));
  cleaning.write(uint32(body.length));
  cleaning.write(body);
  if (body.length % 2 === 1) cleaning.write(Uint8Array.of(0));
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function orientationBlock(bytes: Uint8Array, end: number): Uint8Array | undefined {
  for (const chunk of webpChunksIn(bytes, RIFF_HEADER_BYTES, end)) {
    if (chunk.type !== "EXIF") continue;
    const body = bytes.subarray(chunk.start, chunk.end);
    const hasSignature = asciiAt(body, 0, 6) === "Exif\0\0";
    return orientationExif(parseExif(hasSignature ? body.subarray(6) : body));
  }
  return undefined;
}

function firstProfile(
  bytes: Uint8Array,
  end: number,
): { start: number; clean: Uint8Array | undefined } | undefined {
  for (const chunk of webpChunksIn(bytes, RIFF_HEADER_BYTES, end))
    if (chunk.type === "ICCP")
      return {
        start: chunk.start,
        clean: cleanIccProfile(bytes.subarray(chunk.start, chunk.end)),
      };
  return undefined;
}
