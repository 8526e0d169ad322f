import { posix } from "node:path";
import { type MarkdownDocument, readLines } from "./read-documents.ts";

/**
 * Finds what a Korean document and its English one do not have in common: headings and their levels, tables, rows,
 * figures in rows, inline code, commands, and the links to each other.
 */
export function findDrift(documents: readonly MarkdownDocument[]): string[] {
  const byName = new Map(documents.map((document) => [document.name, document]));
  return documents
    .filter(({ language }) => language === "ko")
    .flatMap((korean) => {
      const english = byName.get(nameOfEnglish(korean.name));
      return english === undefined
        ? [`${korean.name}: there is no ${nameOfEnglish(korean.name)}`]
        : [
            ...compareOutline(korean, english),
            ...compareTables(korean, english),
            ...compareSets(korean.name, codesOf(korean), codesOf(english)),
            ...compareSets(korean.name, commandsOf(korean), commandsOf(english)),
            ...findMissingLink(korean, english),
            ...findMissingLink(english, korean),
          ];
    });
}

/** `README.ko.md` → `README.md`, `docs/ko/guide.md` → `docs/guide.md` */
function nameOfEnglish(name: string): string {
  return name.replace(/\.ko\.md$/u, ".md").replace(/^docs\/ko\//u, "docs/");
}

function compareOutline(korean: MarkdownDocument, english: MarkdownDocument): string[] {
  const [own, theirs] = [korean, english].map(({ levels }) => levels.join(" "));
  return own === theirs ? [] : [`${korean.name}: headings ${own}, in English ${theirs}`];
}

function compareTables(korean: MarkdownDocument, english: MarkdownDocument): string[] {
  const [own, theirs] = [korean, english].map(({ tables }) =>
    tables.map(({ header, rows }) => `${header.length}×${rows.length}`).join(" "),
  );
  if (own !== theirs) {
    return [`${korean.name}: tables ${own}, in English ${theirs}`];
  }
  const rows = english.tables.flatMap((table) => table.rows);
  return korean.tables
    .flatMap((table) => table.rows)
    .flatMap((row, index) => {
      const said = figuresOf(row);
      const missing = figuresOf(rows[index] ?? []).filter((figure) => !said.includes(figure));
      return missing.map((figure) => `${korean.name}:${row[0]?.line}: the row lacks ${figure}`);
    });
}

function figuresOf(row: readonly { text: string }[]): string[] {
  return row.flatMap(({ text }) => text.match(/\d(?:[\d.,]*\d)?/gu) ?? []);
}

function compareSets(name: string, own: Set<string>, theirs: Set<string>): string[] {
  return [
    ...[...theirs].filter((one) => !own.has(one)).map((one) => `${name}: lacks ${one}`),
    ...[...own].filter((one) => !theirs.has(one)).map((one) => `${name}: only here ${one}`),
  ];
}

function codesOf({ codes }: MarkdownDocument): Set<string> {
  return new Set(codes.map(({ text }) => text));
}

/** Comments are in the language of the document. */
function commandsOf({ blocks }: MarkdownDocument): Set<string> {
  return new Set(blocks.flatMap(readLines).map(({ text }) => text.replace(/\s+# .*$/u, "").trim()));
}

function findMissingLink(from: MarkdownDocument, to: MarkdownDocument): string[] {
  const [first] = from.links.map(({ text }) => posix.join(posix.dirname(from.name), text));
  return first === to.name
    ? []
    : [`${from.name}: its first link leads to ${first}, not ${to.name}`];
}
