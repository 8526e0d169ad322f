import type { Located, MarkdownDocument, Table } from "./read-documents.ts";

/** Stands in a sentence for what is inserted. */
export const INSERTED = "\0";

type Language = MarkdownDocument["language"];

export interface SentenceFacts {
  /** Whether it is a sentence of the app in this language. */
  isOurs: (sentence: string, language: Language) => boolean;
  /** Whether people see it anywhere. */
  isSaid: (sentence: string, language: Language) => boolean;
  /** Why an image was not uploaded. */
  failures: Readonly<Record<Language, readonly string[]>>;
}

/**
 * Finds sentences that nobody ever sees: in the first column of tables that list sentences, and in quotation marks in
 * the first column of tables of troubleshooting.
 */
export function findUnknownSentences(
  documents: readonly MarkdownDocument[],
  { isOurs, isSaid }: Omit<SentenceFacts, "failures">,
): string[] {
  return documents.flatMap(({ name, language, tables }) =>
    tables.flatMap((table) => {
      const cells = firstColumn(table);
      const sentences = listsSentences(table, (text) => isOurs(text, language))
        ? cells
        : cells.flatMap((cell) => (isTroubleshooting(name, table) ? quotationsOf(cell) : []));
      return (
        sentences
          .filter(({ text }) => !isSaid(text, language))
          // A cell may list several short ones.
          .filter(({ text }) => !text.split(", ").every((one) => isSaid(one, language)))
          .map(({ line, text }) => `${name}:${line}: nothing says "${text}"`)
      );
    }),
  );
}

/** Finds failures that no table of sentences explains, in each language that has such tables. */
export function findUnexplainedFailures(
  documents: readonly MarkdownDocument[],
  { isOurs, failures }: Omit<SentenceFacts, "isSaid">,
): string[] {
  const languages = new Set(documents.map(({ language }) => language));
  return [...languages].flatMap((language) => {
    const listed = documents
      .filter((document) => document.language === language)
      .flatMap(({ tables }) => tables)
      .filter((table) => listsSentences(table, (text) => isOurs(text, language)))
      .flatMap(firstColumn);
    return failures[language]
      .filter(
        (failure) => listed.length > 0 && !listed.some(({ text }) => isQuoted(text, [failure])),
      )
      .map((failure) => `no document (${language}) explains "${failure}"`);
  });
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
  if (!sentence.includes(INSERTED)) {
    return quoted === sentence;
  }
  const parts = sentence
    .split(INSERTED)
    .map((part) => part.replaceAll(/[.*+?^$()[\]{}\\|/]/gu, String.raw`\$&`));
  return new RegExp(`^${parts.join(".+?")}$`, "u").test(quoted);
}

function isTroubleshooting(name: string, { section }: Table): boolean {
  return [name, ...section].some((one) => /troubleshooting|문제 ?해결/iu.test(one));
}

/** Most of its first column are sentences of the app, so all of it should be. */
function listsSentences(table: Table, isSentence: (text: string) => boolean): boolean {
  const cells = firstColumn(table);
  return cells.filter(({ text }) => isSentence(text)).length * 2 > cells.length;
}

function firstColumn({ rows }: Table): Located[] {
  return rows.flatMap(([cell]) => (cell === undefined ? [] : [cell]));
}

function quotationsOf({ line, text }: Located): Located[] {
  return [...text.matchAll(/[“"](?<said>[^”"]*(?:“[^”]*”[^”"]*)*)[”"]/gu)].map(
    ({ groups = {} }) => ({ line, text: groups["said"] ?? "" }),
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
