import { open } from "node:fs/promises";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { stringify } from "csv-stringify";
import { COLUMNS, type ImageRow } from "./image-row.ts";

/** Writes rows as they come. */
export async function writeRows(
  rows: AsyncIterable<ImageRow>,
  { isJson, out }: { isJson: boolean; out: string | undefined },
): Promise<void> {
  const source = isJson ? Readable.from(toJson(rows)) : Readable.from(rows).compose(toCsv());
  if (out === undefined) {
    await pipeline(source, process.stdout, { end: false });
    return;
  }
  await pipeline(source, await openFile(out));
}

/**
 * The mark of the byte order lets Excel read Korean. A text that a spreadsheet would take for a formula gets an apostrophe in
 * front.
 */
function toCsv() {
  return stringify({ header: true, columns: [...COLUMNS], bom: true, escape_formulas: true });
}

/** An array with a row per line. It has no end unless the export does. */
async function* toJson(rows: AsyncIterable<ImageRow>): AsyncIterable<string> {
  let before = "[\n";
  for await (const row of rows) {
    yield before + JSON.stringify(row, [...COLUMNS]);
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

/** Records are private, so only their owner may read the file. */
async function openFile(path: string): Promise<Writable> {
  try {
    const file = await open(path, "w", 0o600);
    return file.createWriteStream();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    throw new Error(`Cannot write ${path}: ${REASONS[code] ?? String(cause)}`, { cause });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  ENOTDIR: "there is no such folder",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
};
