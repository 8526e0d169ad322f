import { type Credit, type CreditField, type FoundCredit, creditIn } from "../credit.ts";
import { pngChunksOf } from "./png-chunks.ts";
import { createTextReader, isTextChunk } from "./png-text.ts";

/** PNG specification, 11.3.3.1, and the keyword that ImageMagick writes. */
const FIELDS = new Map<string, CreditField>([
  ["author", "dc:creator"],
  ["artist", "dc:creator"],
  ["copyright", "dc:rights"],
]);

/** EXIF and XMP win over plain text chunks. */
export function readPngCredit(bytes: Uint8Array): Credit | undefined {
  const blocks: Uint8Array[] = [];
  const texts: FoundCredit[] = [];
  const readText = createTextReader();
  for (const { type, start, end } of pngChunksOf(bytes)) {
    const body = bytes.subarray(start, end);
    if (type === "eXIf") {
      blocks.push(body);
    }
    if (!isTextChunk(type)) {
      continue;
    }
    const { keyword, isPacket, read } = readText(type, body);
    const field = FIELDS.get(keyword.toLowerCase());
    const encoding = type === "iTXt" ? "utf-8" : "windows-1252";
    if (isPacket) {
      blocks.push(read());
    } else if (field !== undefined) {
      texts.push([field, new TextDecoder(encoding).decode(read())]);
    }
  }
  return creditIn(blocks, texts);
}
