import { asciiAt, viewOf } from "../bytes.ts";
import { type Credit, exifTextsFor, renderCredit } from "../credit.ts";
import { type Exif, minimalExif, parseExif } from "../exif.ts";
import { cleanIccProfile } from "../icc-profile.ts";
import { type CleanImage, type ImageCleaning, createCleaning } from "../image-cleaning.ts";
import { type KindsReader, type MetadataKind, createKindsReader } from "../metadata-kinds.ts";
import { readWebpFrame } from "./inspect-webp.ts";
import {
  ALPHA_FLAG,
  CHUNK_HEADER_BYTES,
  EXIF_FLAG,
  EXTENDED_BYTES,
  PROFILE_FLAG,
  RIFF_HEADER_BYTES,
  type WebpChunk,
  XMP_FLAG,
  isWebp,
  webpChunksIn,
} from "./webp-chunks.ts";

const FRAME_HEADER_BYTES = 16;
const FILL = Uint8Array.of(0);
const ANMF = Buffer.from("ANMF");
const PIXELS = new Set(["VP8 ", "VP8L", "ALPH"]);
/** Holds the C2PA manifest. */
const CREDENTIALS = "C2PA";
const KEPT = new Set([...PIXELS, "ANIM"]);

/**
 * Keeps images, frames and what colours need of the first ICC profile, the only one that counts.
 * EXIF shrinks to the orientation if it is not 1, because browsers ignore a WebP's EXIF orientation
 * but other viewers apply it, and each should go on showing the image as before. The credit is
 * added to EXIF and XMP, for which a WebP needs its extended form.
 */
export function cleanWebp(bytes: Uint8Array, credit?: Credit): CleanImage {
  const cleaning = createCleaning(bytes);
  const kindsOf = createKindsReader();
  const end = CHUNK_HEADER_BYTES + viewOf(bytes).getUint32(4, true);
  if (!isWebp(bytes) || end > bytes.length) {
    throw new RangeError("Cannot find a whole WebP");
  }
  const exif = minimalExif(exifOf(bytes, end), exifTextsFor(credit));
  const xmp = credit && renderCredit(credit);
  const profile = firstProfile(bytes, end);
  const staying = (exif ? EXIF_FLAG : 0) | (profile?.clean ? PROFILE_FLAG : 0);
  const added = credit ? XMP_FLAG | (exif ? EXIF_FLAG : 0) : 0;
  const size = uint32(0);
  cleaning.keep(0, 4);
  cleaning.write(size);
  cleaning.keep(CHUNK_HEADER_BYTES, RIFF_HEADER_BYTES);
  for (const chunk of webpChunksIn(bytes, RIFF_HEADER_BYTES, end)) {
    const body = bytes.subarray(chunk.start, chunk.end);
    if (added !== 0 && cleaning.length() === RIFF_HEADER_BYTES && chunk.type !== "VP8X") {
      writeChunk(cleaning, "VP8X", headerFor(bytes, chunk, added));
    }
    if (chunk.type === "VP8X") {
      writeChunk(cleaning, "VP8X", extendedHeader(body, { staying, added }));
    } else if (chunk.type === "ANMF") {
      writeFrame(cleaning, bytes, chunk);
    } else if (KEPT.has(chunk.type)) {
      keepChunk(cleaning, bytes, chunk);
    } else if (chunk.type === "ICCP") {
      const clean = chunk.start === profile?.start ? profile.clean : undefined;
      if (clean) {
        writeChunk(cleaning, "ICCP", clean);
      }
      if (!clean || Buffer.compare(clean, body) !== 0) {
        cleaning.drop("other");
      }
    } else if (![exif, xmp].some((one) => one && Buffer.compare(one, body) === 0)) {
      cleaning.drop(...kindsOfChunk(chunk.type, body, kindsOf));
    }
  }
  if (exif) {
    writeChunk(cleaning, "EXIF", exif);
  }
  if (xmp) {
    writeChunk(cleaning, "XMP ", xmp);
  }
  size.set(uint32(cleaning.length() - CHUNK_HEADER_BYTES));
  if (end < bytes.length) {
    cleaning.drop("other");
  }
  return cleaning.finish();
}

/**
 * Clears the flags of removed chunks and sets those of added ones. The flags of kept chunks stay as
 * they were, because most viewers heed the flag and some only the chunk.
 */
function extendedHeader(
  header: Uint8Array,
  { staying, added }: { staying: number; added: number },
): Uint8Array {
  if (header.length !== EXTENDED_BYTES) {
    throw new RangeError("Cannot read the header of a WebP");
  }
  const [flags = 0, ...rest] = header;
  const kept = flags & (~(XMP_FLAG | EXIF_FLAG | PROFILE_FLAG) | staying);
  return Uint8Array.of(kept | added, ...rest);
}

/** Builds the header for a file without one, with size and alpha from its single image. */
function headerFor(bytes: Uint8Array, image: WebpChunk, flags: number): Uint8Array {
  const frame = readWebpFrame(bytes, image);
  if (frame === undefined) {
    throw new RangeError("Cannot find the image of a WebP");
  }
  const header = Buffer.alloc(EXTENDED_BYTES);
  header.writeUInt8(flags | (frame.hasAlpha ? ALPHA_FLAG : 0));
  header.writeUIntLE(frame.width - 1, 4, 3);
  header.writeUIntLE(frame.height - 1, 7, 3);
  return header;
}

function kindsOfChunk(type: string, body: Uint8Array, kindsOf: KindsReader): MetadataKind[] {
  if (type === CREDENTIALS) {
    return ["credentials"];
  }
  return type === "EXIF" || type === "XMP " ? kindsOf(body) : ["other"];
}

/** A frame holds chunks like the file does, possibly unknown ones. */
function writeFrame(cleaning: ImageCleaning, bytes: Uint8Array, { start, end }: WebpChunk): void {
  const size = uint32(0);
  if (end - start < FRAME_HEADER_BYTES) {
    throw new RangeError("Cannot read a frame of a WebP");
  }
  cleaning.write(ANMF);
  cleaning.write(size);
  const bodyAt = cleaning.length();
  cleaning.keep(start, start + FRAME_HEADER_BYTES);
  for (const chunk of webpChunksIn(bytes, start + FRAME_HEADER_BYTES, end)) {
    if (!PIXELS.has(chunk.type)) {
      cleaning.drop("other");
    } else {
      keepChunk(cleaning, bytes, chunk);
    }
  }
  size.set(uint32(cleaning.length() - bodyAt));
}

function keepChunk(
  cleaning: ImageCleaning,
  bytes: Uint8Array,
  { start, end, next }: WebpChunk,
): void {
  const isFilled = end === next || bytes[end] === 0;
  cleaning.keep(start - CHUNK_HEADER_BYTES, isFilled ? next : end);
  if (!isFilled) {
    cleaning.write(FILL);
  }
}

function writeChunk(cleaning: ImageCleaning, type: string, body: Uint8Array): void {
  cleaning.write(Buffer.from(type, "latin1"));
  cleaning.write(uint32(body.length));
  cleaning.write(body);
  if (body.length % 2 === 1) {
    cleaning.write(FILL);
  }
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value, value >> 8, value >> 16, value >> 24);
}

function exifOf(bytes: Uint8Array, end: number): Exif | undefined {
  for (const chunk of webpChunksIn(bytes, RIFF_HEADER_BYTES, end)) {
    if (chunk.type !== "EXIF") {
      continue;
    }
    const body = bytes.subarray(chunk.start, chunk.end);
    const hasSignature = asciiAt(body, 0, 6) === "Exif\0\0";
    return parseExif(hasSignature ? body.subarray(6) : body);
  }
  return undefined;
}

function firstProfile(
  bytes: Uint8Array,
  end: number,
): { start: number; clean: Uint8Array | undefined } | undefined {
  for (const chunk of webpChunksIn(bytes, RIFF_HEADER_BYTES, end)) {
    if (chunk.type === "ICCP") {
      return {
        start: chunk.start,
        clean: cleanIccProfile(bytes.subarray(chunk.start, chunk.end)),
      };
    }
  }
  return undefined;
}
