import { asciiAt, viewOf } from "./bytes.ts";

export type UnsupportedFormat = "svg" | "tiff_or_bmp" | "jxl";

/**
 * A licence or an Illustrator drawing's entities precede the root element, but never more than
 * this.
 */
const MAX_PROLOG_BYTES = 64 * 1024;

/** The last two are BigTIFF. */
const TIFF_SIGNATURES = new Set(["II*\0", "MM\0*", "II+\0", "MM\0+"]);

const BMP_HEADER_SIZE_AT = 14;
const BMP_HEADER_SIZES = new Set([12, 16, 40, 52, 56, 64, 108, 124]);

/** ISO/IEC 18181-2, 5: a bare codestream, and the first box of a container. */
const JXL_CODESTREAM = "\xff\n";
const JXL_BOX = "\0\0\0\x0cJXL \r\n\x87\n";

/** Names a format other than the five, so that the reply can mention it. Never throws. */
export function inspectUnsupported(bytes: Uint8Array): UnsupportedFormat | undefined {
  if (TIFF_SIGNATURES.has(asciiAt(bytes, 0)) || isBmp(bytes)) {
    return "tiff_or_bmp";
  }
  if (asciiAt(bytes, 0, 2) === JXL_CODESTREAM || asciiAt(bytes, 0, 12) === JXL_BOX) {
    return "jxl";
  }
  return isSvg(decode(bytes.subarray(0, MAX_PROLOG_BYTES))) ? "svg" : undefined;
}

function isBmp(bytes: Uint8Array): boolean {
  return (
    asciiAt(bytes, 0, 2) === "BM" &&
    bytes.length >= BMP_HEADER_SIZE_AT + 4 &&
    BMP_HEADER_SIZES.has(viewOf(bytes).getUint32(BMP_HEADER_SIZE_AT, true))
  );
}

/**
 * XML 1.0, section 4.3.3: UTF-16 begins with a byte order mark. The decoder strips it, and that of
 * UTF-8.
 */
function decode(bytes: Uint8Array): string {
  const mark = asciiAt(bytes, 0, 2);
  const encoding = mark === "\xfe\xff" ? "utf-16be" : mark === "\xff\xfe" ? "utf-16le" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

function isSvg(text: string): boolean {
  let at = 0;
  for (let end = endOfMisc(text, at); end !== undefined; end = endOfMisc(text, at)) {
    at = end;
  }
  return matchEnd(SVG_ROOT, text, at) !== undefined;
}

/**
 * Where one run of white space, processing instruction, comment or document type ends. The XML
 * declaration counts as an instruction.
 */
function endOfMisc(text: string, at: number): number | undefined {
  if (text.startsWith("<?", at)) {
    return endOf(text, "?>", at + 2);
  }
  if (text.startsWith("<!--", at)) {
    return endOf(text, "-->", at + 4);
  }
  return matchEnd(SPACE, text, at) ?? matchEnd(DOCUMENT_TYPE, text, at);
}

function endOf(text: string, closing: string, from: number): number | undefined {
  const found = text.indexOf(closing, from);
  return found === -1 ? undefined : found + closing.length;
}

/**
 * Each pattern is sticky and matches a text in one way only, so that its time grows linearly with
 * the length.
 */
const SPACE = /\s+/y;
const DOCUMENT_TYPE = /<!DOCTYPE\s[^[>]*(?:\[[^\]]*\]\s*)?>/y;
const SVG_ROOT = /<(?:[\p{L}_][\p{L}\p{M}\p{N}._-]*:)?svg(?=[\s/>])/uy;

function matchEnd(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
