import { parseAllDocuments } from "yaml";
import type { MarkdownDocument } from "./read-documents.ts";

/** Finds JSON and YAML that does not parse. */
export function findBrokenBlocks(documents: readonly MarkdownDocument[]): string[] {
  return documents.flatMap(({ name, blocks }) =>
    blocks.flatMap(({ language, line, text }) => {
      const problem = PARSERS[language]?.(text);
      return problem === undefined ? [] : [`${name}:${line}: ${problem}`];
    }),
  );
}

const PARSERS: Readonly<Record<string, (text: string) => string | undefined>> = {
  json: explainJson,
  yaml: explainYaml,
  yml: explainYaml,
};

function explainJson(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

function explainYaml(text: string): string | undefined {
  const [problem] = parseAllDocuments(text).flatMap((one) => ("errors" in one ? one.errors : []));
  return problem?.message;
}
