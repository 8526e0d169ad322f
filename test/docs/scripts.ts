import { type MarkdownDocument, readCommands } from "./read-documents.ts";

export interface ScriptFacts {
  /** The scripts of package.json, with the usage of those that print one. */
  scripts: ReadonlyMap<string, string | undefined>;
}

/** Finds `npm run …` of a script that does not exist, and options that a script's usage does not name. */
export function findUnknownScripts(
  documents: readonly MarkdownDocument[],
  { scripts }: ScriptFacts,
): string[] {
  return documents.flatMap((document) =>
    readCommands(document).flatMap(({ line, text }) =>
      [...text.matchAll(NPM)].flatMap(({ groups = {} }) => {
        const script = groups["script"] ?? groups["short"] ?? "";
        const [, given = ""] = /\s--\s+(?<given>.*)/u.exec(groups["rest"] ?? "") ?? [];
        const at = `${document.name}:${line}`;
        if (!scripts.has(script)) {
          return [`${at}: package.json has no script ${script}`];
        }
        return optionsOf(given)
          .filter((option) => option !== "--help" && !isOption(option, scripts.get(script)))
          .map((option) => `${at}: the usage of ${script} has no ${option}`);
      }),
    ),
  );
}

/** Finds scripts that no document names. */
export function findUnnamedScripts(
  documents: readonly MarkdownDocument[],
  { scripts }: ScriptFacts,
): string[] {
  const commands = documents.flatMap(readCommands).map(({ text }) => text);
  const named = new Set([
    ...commands,
    ...commands
      .flatMap((text) => [...text.matchAll(NPM)])
      .map(({ groups = {} }) => groups["script"] ?? groups["short"] ?? ""),
  ]);
  return [...scripts.keys()]
    .filter((script) => !named.has(script))
    .map((script) => `no document names the script ${script}`);
}

/** `npm run -s export -- --json`, as far as the next command of the line. */
const NPM =
  /\bnpm\s+(?:run\s+(?:-\S+\s+)*(?<script>[\w:-]+)|(?<short>start|test)\b)(?<rest>[^|;&#>]*)/gu;

function isOption(option: string, usage = ""): boolean {
  return optionsOf(usage).includes(option);
}

function optionsOf(text: string): string[] {
  return text.match(/(?<![\w-])--[a-z][a-z-]*/gu) ?? [];
}
