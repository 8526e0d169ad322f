import { inflateSync } from "node:zlib";
import { type MetadataKind, kindsOf } from "../metadata-kinds.ts";

// Enough to name what a real file holds; a file of nothing but profiles is not to keep the CPU busy.
const MAX_PROFILES = 16;
const MAX_PROFILE_BYTES = 1024 * 1024;

const CREDIT_KEYWORD = /^(?:author|copyright|artist)$/i;

/** Says what the text chunks of one PNG hold, XMP and ImageMagick's "raw profiles" (EXIF, IPTC) among them. */
export function createTextReader(): (type: string, body: Uint8Array) => MetadataKind[] {
  let profiles = 0;
  return (type, body) => {
    const keywordEnd = body.indexOf(0);
    const keyword = latin1(body.subarray(0, Math.max(0, keywordEnd)));
    const isProfile = /^(?:XML:com\.adobe\.xmp|Raw profile type )/.test(keyword);
    if (!isProfile) return [CREDIT_KEYWORD.test(keyword) ? "credit" : "other"];
    profiles += 1;
    if (profiles > MAX_PROFILES) return ["other"];
    const { text, isCompressed } = textOf(type, body, keywordEnd + 1);
    const profile = isCompressed ? inflate(text) : text.subarray(0, MAX_PROFILE_BYTES);
    return kindsOf(keyword.startsWith("Raw") ? fromHex(profile) : profile);
  };
}

// After the keyword: zTXt has a method; iTXt a flag, a method, a language and a translated keyword.
function textOf(type: string, body: Uint8Array, start: number) {
  if (type === "tEXt") return { text: body.subarray(start), isCompressed: false };
  if (type === "zTXt") return { text: body.subarray(start + 1), isCompressed: true };
  const languageEnd = body.indexOf(0, start + 2);
  const text = body.subarray(body.indexOf(0, languageEnd + 1) + 1);
  return { text, isCompressed: body[start] === 1 };
}

function inflate(text: Uint8Array): Uint8Array {
  try {
    return inflateSync(text, { maxOutputLength: MAX_PROFILE_BYTES });
  } catch {
    // Damaged or too long: the chunk goes all the same, under a vaguer name.
    return new Uint8Array();
  }
}

// A line of its own for the name, one for the length, then hexadecimal digits.
function fromHex(profile: Uint8Array): Uint8Array {
  const [, , , ...lines] = latin1(profile).split("\n");
  return Buffer.from(lines.join(""), "hex");
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
