import {
  type Cell,
  type Located,
  type MarkdownDocument,
  readCommands,
  type Table,
} from "./read-documents.ts";

export interface VariableFacts {
  /** The variables that the app reads. */
  variables: readonly string[];
  /** Those of the platform, of other programs, and of commands and tests here. */
  others: ReadonlySet<string>;
}

/** Finds names in capitals that nothing reads as a variable. */
export function findUnknownVariables(
  documents: readonly MarkdownDocument[],
  { variables, others }: VariableFacts,
): string[] {
  const known = new Set([...variables, ...others]);
  return documents.flatMap((document) => {
    const places = readCommands(document);
    // What a command sets for the next one.
    const own = new Set(
      places
        .flatMap(({ line, text }) => findIn(text, { pattern: USED, line }))
        .map(({ text }) => text),
    );
    const named = [
      ...document.codes.flatMap(({ line, text }) => findIn(text, { pattern: NAMED, line })),
      ...places.flatMap(({ line, text }) => findIn(text, { pattern: ASSIGNED, line })),
    ];
    const problems = named
      .filter(({ text }) => !known.has(text) && !own.has(text))
      .map(({ line, text }) => `${document.name}:${line}: nothing reads ${text}`);
    return [...new Set(problems)];
  });
}

/** Finds variables that a table of all variables lacks, and rows of what the app does not read. */
export function findTableGaps(
  documents: readonly MarkdownDocument[],
  { variables }: Pick<VariableFacts, "variables">,
): string[] {
  const whole = documents
    .map(({ name, tables }) => ({ name, rows: tables.filter(isVariableTable).flatMap(readNames) }))
    .filter(({ rows }) => variables.filter((one) => isIn(rows, one)).length * 2 > variables.length);
  if (whole.length === 0) {
    return ["no document has a table of all variables"];
  }
  return whole.flatMap(({ name, rows }) => [
    ...variables.filter((one) => !isIn(rows, one)).map((one) => `${name}: no table lists ${one}`),
    ...rows
      .filter(({ text }) => !variables.includes(text))
      .map(({ line, text }) => `${name}:${line}: the app does not read ${text}`),
  ]);
}

/**
 * Finds defaults in tables that are not the app's. A row names its default in the column for it, or as the first code of
 * its last cell.
 */
export function findWrongDefaults(
  documents: readonly MarkdownDocument[],
  { isDefault }: { isDefault: (variable: string, value: string) => boolean },
): string[] {
  return documents.flatMap(({ name, tables }) =>
    tables.filter(isVariableTable).flatMap((table) => {
      const column = table.header.findIndex((one) => /^(?:default|기본값?)/iu.test(one));
      return table.rows.flatMap((row) => {
        const [first] = row;
        const cell = column === -1 ? row.at(-1) : row[column];
        const values = column === -1 ? leadingCodes(cell) : (cell?.codes ?? []);
        return (first?.codes ?? []).flatMap((variable, index) => {
          const value = values[index];
          return value === undefined || isDefault(variable, value)
            ? []
            : [`${name}:${first?.line}: ${value} is not the default of ${variable}`];
        });
      });
    }),
  );
}

/** Finds variables that `.env.example` lacks, lines of others, and values that are neither examples nor defaults. */
export function findExampleGaps(
  example: string,
  {
    variables,
    isDefault,
  }: { variables: readonly string[]; isDefault: (variable: string, value: string) => boolean },
): string[] {
  const lines = example.split("\n").flatMap((text, index) => {
    const { name, value = "" } =
      /^#?(?<name>[A-Z][A-Z\d_]+)=(?<value>.*)$/u.exec(text)?.groups ?? {};
    return name === undefined ? [] : [{ at: `.env.example:${index + 1}`, name, value }];
  });
  return [
    ...variables
      .filter((variable) => !lines.some(({ name }) => name === variable))
      .map((variable) => `.env.example: no line shows ${variable}`),
    ...lines
      .filter(({ name }) => !variables.includes(name))
      .map(({ at, name }) => `${at}: the app does not read ${name}`),
    ...lines
      .filter(({ name, value }) => value !== "" && !isDefault(name, value))
      .map(({ at, name, value }) => `${at}: ${value} is not the default of ${name}`),
  ];
}

function isVariableTable({ header: [first = ""] }: Table): boolean {
  return /^(?:variable|환경 ?변수|변수)/iu.test(first);
}

/** The codes of the first column. */
function readNames({ rows }: Table): Located[] {
  return rows.flatMap(([first]) =>
    (first?.codes ?? []).map((text) => ({ line: first?.line ?? 0, text })),
  );
}

function isIn(rows: readonly Located[], name: string): boolean {
  return rows.some(({ text }) => text === name);
}

/** The codes of a cell that begins with code. */
function leadingCodes(cell: Cell | undefined): readonly string[] {
  const [first] = cell?.codes ?? [];
  return first !== undefined && cell?.text.startsWith(first) === true ? cell.codes : [];
}

function findIn(code: string, { pattern, line }: { pattern: RegExp; line: number }): Located[] {
  return [...code.matchAll(pattern)].map(({ groups = {} }) => ({
    line,
    text: groups["name"] ?? "",
  }));
}

/** `S3_BUCKET`, `$S3_BUCKET`, `STATE_PREFIX/probe/`, but not a part of an address or of a longer word. */
const NAMED = /(?<![^\s,$({|])(?<name>[A-Z][A-Z\d]*(?:_[A-Z\d]+)+)(?![\w.-])/gu;
const ASSIGNED = /(?:^|(?<=\s))(?<name>[A-Z][A-Z\d_]+)=/gu;
const USED = /\$\{?(?<name>[A-Z][A-Z\d_]+)/gu;
