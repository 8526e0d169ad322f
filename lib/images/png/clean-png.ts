import { crc32 } from "node:zlib";
import { type Credit, exifTextsFor, renderCredit } from "../credit.ts";
import { type Exif, minimalExif, parseExif } from "../exif.ts";
import { type CleanImage, createCleaning } from "../image-cleaning.ts";
import { createKindsReader } from "../metadata-kinds.ts";
import { PNG_SIGNATURE, chunksUntilPixels, isIntact, pngChunksOf } from "./png-chunks.ts";
import { cleanPngProfile } from "./png-profile.ts";
import { XMP_KEYWORD, createTextReader, isTextChunk, kindsOfText } from "./png-text.ts";

const HEADER_BYTES = 8;
const CHECKSUM_BYTES = 4;

/** `mDCv` and `cLLi` are earlier names from drafts of PNG's third edition. */
const PIXELS = new Set(["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "bKGD", "pHYs"]);
const COLOUR = new Set(["gAMA", "cHRM", "sRGB", "cICP", "sBIT"]);
const BRIGHTNESS = new Set(["mDCV", "mDCv", "cLLI", "cLLi"]);
const ANIMATION = new Set(["acTL", "fcTL", "fdAT"]);
const KEPT = new Set([...PIXELS, ...COLOUR, ...BRIGHTNESS, ...ANIMATION]);

/** Holds the C2PA manifest. */
const CREDENTIALS = "caBX";

/**
 * Keeps the chunks that pixels, colour and animation need. Chromium uses the first intact `eXIf`
 * and the first intact `iCCP` before the pixels: the former shrinks to the orientation and the
 * credit, the latter to what colours need, and further ones go. Everything after IEND goes: it has
 * held the cropped-out parts of screenshots (CVE-2023-21036).
 */
export function cleanPng(bytes: Uint8Array, credit?: Credit): CleanImage {
  const cleaning = createCleaning(bytes);
  const kindsOf = createKindsReader();
  const readText = createTextReader();
  const credits = credit ? creditChunks(bytes, credit) : [];
  let exif: Exif | undefined;
  let hasProfile = false;
  let hasPixels = false;
  let end = PNG_SIGNATURE.length;
  cleaning.keep(0, end);
  for (const chunk of pngChunksOf(bytes)) {
    const { type, at, start } = chunk;
    const body = bytes.subarray(start, chunk.end);
    end = chunk.next;
    hasPixels ||= type === "IDAT";
    if (credits.some((one) => Buffer.compare(one, bytes.subarray(at, end)) === 0)) {
      continue;
    }
    if (KEPT.has(type)) {
      cleaning.keep(at, end);
      if (at === PNG_SIGNATURE.length) {
        for (const one of credits) {
          cleaning.write(one);
        }
      }
    } else if (type === "eXIf") {
      const isHeeded = exif === undefined && !hasPixels && isIntact(bytes, chunk);
      exif = isHeeded ? parseExif(body) : exif;
      const minimal = isHeeded && credit === undefined ? minimalExif(exif) : undefined;
      if (minimal) {
        cleaning.write(pngChunk("eXIf", minimal));
      }
      if (!minimal || Buffer.compare(minimal, body) !== 0) {
        cleaning.drop(...kindsOf(body));
      }
    } else if (type === "iCCP") {
      const isHeeded: boolean = !hasProfile && !hasPixels && isIntact(bytes, chunk);
      hasProfile ||= isHeeded;
      const clean = isHeeded ? cleanPngProfile(body) : undefined;
      if (clean) {
        cleaning.write(pngChunk(type, clean));
      }
      if (clean !== body) {
        cleaning.drop("other");
      }
    } else if (isTextChunk(type)) {
      cleaning.drop(...kindsOfText(readText(type, body), kindsOf));
    } else if (/^[A-Z]/.test(type)) {
      throw new RangeError("Cannot tell the purpose of a PNG chunk");
    } else {
      cleaning.drop(type === CREDENTIALS ? "credentials" : "other");
    }
  }
  if (end < bytes.length) {
    cleaning.drop("other");
  }
  return cleaning.finish();
}

/**
 * Credit chunks follow the header, so that they precede the pixels wherever they were in the
 * source.
 */
function creditChunks(bytes: Uint8Array, credit: Credit): Uint8Array[] {
  const exif = minimalExif(exifOf(bytes), exifTextsFor(credit));
  // Uncompressed text without a language.
  const xmp = Buffer.concat([Buffer.from(`${XMP_KEYWORD}\0\0\0\0\0`), renderCredit(credit)]);
  return [...(exif ? [pngChunk("eXIf", exif)] : []), pngChunk("iTXt", xmp)];
}

function exifOf(bytes: Uint8Array): Exif | undefined {
  for (const chunk of chunksUntilPixels(bytes)) {
    if (chunk.type === "eXIf" && isIntact(bytes, chunk)) {
      return parseExif(bytes.subarray(chunk.start, chunk.end));
    }
  }
  return undefined;
}

function pngChunk(type: string, body: Uint8Array): Uint8Array {
  const chunk = Buffer.alloc(HEADER_BYTES + body.length + CHECKSUM_BYTES);
  chunk.writeUInt32BE(body.length);
  chunk.write(type, 4, "latin1");
  chunk.set(body, HEADER_BYTES);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -CHECKSUM_BYTES)), chunk.length - CHECKSUM_BYTES);
  return chunk;
}
