import { inflateSync } from "node:zlib";
import { asciiAt } from "../bytes.ts";
import type { KindsReader, MetadataKind } from "../metadata-kinds.ts";

export interface PngText {
  keyword: string;
  /**
   * Whether the text is XMP or one of ImageMagick's "raw profiles" (EXIF, IPTC), not text for
   * people.
   */
  isPacket: boolean;
  /** Decompresses the text. Returns nothing beyond the limits. */
  read: () => Uint8Array;
}

export const XMP_KEYWORD = "XML:com.adobe.xmp";

/**
 * Enough to classify any real file. The limits keep a file that is all profiles from hogging the
 * CPU.
 */
const MAX_TEXTS = 8;
const MAX_TEXT_BYTES = 256 * 1024;
/** PNG specification, 11.3.3.2, plus the zero that ends the keyword. */
const MAX_KEYWORD_BYTES = 80;

const TEXT_CHUNK = /^[tiz](?:EXt|TXt)$/;
const CREDIT_KEYWORD = /^(?:author|copyright|artist)$/i;

export function isTextChunk(type: string): boolean {
  return TEXT_CHUNK.test(type);
}

/** Creates a reader for the text chunks of one PNG. */
export function createTextReader(): (type: string, body: Uint8Array) => PngText {
  let textsLeft = MAX_TEXTS;
  return (type, body) => {
    const start = asciiAt(body, 0, MAX_KEYWORD_BYTES);
    const keywordEnd = start.indexOf("\0");
    const keyword = start.slice(0, Math.max(0, keywordEnd));
    const isRaw = keyword.startsWith("Raw profile type ");
    return {
      keyword,
      isPacket: isRaw || keyword.startsWith(XMP_KEYWORD),
      read() {
        textsLeft -= 1;
        if (textsLeft < 0) {
          return new Uint8Array();
        }
        const { text, isCompressed } = textOf(type, body, keywordEnd + 1);
        const bounded = text.subarray(0, MAX_TEXT_BYTES);
        const plain = isCompressed ? inflate(bounded) : bounded;
        return isRaw ? fromHex(plain) : plain;
      },
    };
  };
}

export function kindsOfText(
  { keyword, isPacket, read }: PngText,
  kindsOf: KindsReader,
): MetadataKind[] {
  if (isPacket) {
    return kindsOf(read());
  }
  return [CREDIT_KEYWORD.test(keyword) ? "credit" : "other"];
}

/**
 * After the keyword, zTXt has a method; iTXt has a flag, a method, a language and a translated
 * keyword.
 */
function textOf(type: string, body: Uint8Array, start: number) {
  if (type === "tEXt") {
    return { text: body.subarray(start), isCompressed: false };
  }
  if (type === "zTXt") {
    return { text: body.subarray(start + 1), isCompressed: true };
  }
  const languageEnd = body.indexOf(0, start + 2);
  const text = body.subarray(body.indexOf(0, languageEnd + 1) + 1);
  return { text, isCompressed: body[start] === 1 };
}

function inflate(text: Uint8Array): Uint8Array {
  try {
    return inflateSync(text, { maxOutputLength: MAX_TEXT_BYTES });
  } catch {
    // The text is damaged or too long. The chunk is removed anyway, but counts as `other`.
    return new Uint8Array();
  }
}

/** The name and the length each have a line, then come hexadecimal digits. */
function fromHex(profile: Uint8Array): Uint8Array {
  const lines = latin1(profile).replace(/^(?:.*\n){3}/, "");
  return Buffer.from(lines.replaceAll("\n", ""), "hex");
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
