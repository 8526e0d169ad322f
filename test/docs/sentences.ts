import type { MarkdownDocument, Table } from "./read-documents.ts";

/** Stands in a sentence for what is inserted. */
export const INSERTED = "\0";

/** Finds quotations in tables of troubleshooting that nobody ever sees. */
export function findUnknownSentences(
  documents: readonly MarkdownDocument[],
  { isSaid }: { isSaid: (sentence: string, language: MarkdownDocument["language"]) => boolean },
): string[] {
  return documents.flatMap(({ name, language, tables }) =>
    tables
      .filter((table) => isTroubleshooting(name, table))
      .flatMap(({ rows }) =>
        rows.flatMap(([cell]) =>
          quotationsOf(cell?.text ?? "")
            .filter((quotation) => !isSaid(quotation, language))
            .map((quotation) => `${name}:${cell?.line}: nothing says "${quotation}"`),
        ),
      ),
  );
}

/** Counts the quotations, so that a table that is no longer found does not go unnoticed. */
export function countQuotations(documents: readonly MarkdownDocument[]): number {
  return documents
    .flatMap(({ name, tables }) => tables.filter((table) => isTroubleshooting(name, table)))
    .flatMap(({ rows }) => rows.flatMap(([cell]) => quotationsOf(cell?.text ?? ""))).length;
}

/**
 * Whether a quotation is one of these sentences: all of it, its first sentences, or its beginning where the quotation ends
 * with an ellipsis.
 */
export function isQuoted(quotation: string, sentences: readonly string[]): boolean {
  const isBeginning = /\s?…$/u.test(quotation);
  const quoted = normalize(quotation);
  const beginning = normalize(quotation.replace(/\s?…$/u, ""));
  return sentences.map(normalize).some((sentence) => {
    const ends = [...sentence.matchAll(/[.!?](?=\s)/gu)].map(({ index }) => index + 1);
    return (
      [...ends, sentence.length].some((end) => matches(quoted, sentence.slice(0, end))) ||
      (isBeginning && begins(sentence, beginning))
    );
  });
}

function begins(sentence: string, quoted: string): boolean {
  return sentence.includes(INSERTED)
    ? Array.from(sentence, (_, end) => sentence.slice(0, end)).some((one) => matches(quoted, one))
    : sentence.startsWith(quoted);
}

function matches(quoted: string, sentence: string): boolean {
  const parts = sentence
    .split(INSERTED)
    .map((part) => part.replaceAll(/[.*+?^$()[\]{}\\|/]/gu, String.raw`\$&`));
  return new RegExp(`^${parts.join(".+?")}$`, "u").test(quoted);
}

function isTroubleshooting(name: string, { section }: Table): boolean {
  return [name, ...section].some((one) => /troubleshooting|문제 ?해결/iu.test(one));
}

function quotationsOf(text: string): string[] {
  return [...text.matchAll(/[“"](?<said>[^”"]*(?:“[^”]*”[^”"]*)*)[”"]/gu)].map(
    ({ groups = {} }) => groups["said"] ?? "",
  );
}

function normalize(text: string): string {
  return text
    .replaceAll("’", "'")
    .replaceAll(/[“”]/gu, '"')
    .replaceAll(/[*`]/gu, "")
    .replaceAll(/\s+/gu, " ")
    .trim();
}
