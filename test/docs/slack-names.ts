import type { MarkdownDocument } from "./read-documents.ts";

export interface SlackFacts {
  /** The scopes of manifest.json, and those that a deployer may add. */
  scopes: ReadonlySet<string>;
  events: ReadonlySet<string>;
  commands: ReadonlySet<string>;
  /** `callback_id`s and `action_id`s. */
  ids: ReadonlySet<string>;
}

/** Finds scopes, events, slash commands and ids that the app does not have. A sentence may say that it lacks a scope. */
export function findUnknownSlackNames(
  documents: readonly MarkdownDocument[],
  { scopes, events, commands, ids }: SlackFacts,
): string[] {
  const kinds = [
    { kind: "scope", pattern: SCOPE, known: scopes },
    { kind: "event", pattern: EVENT, known: events },
    { kind: "command", pattern: COMMAND, known: commands },
  ];
  return documents.flatMap(({ name, codes, texts }) => [
    ...codes.flatMap(({ line, text }) =>
      kinds
        .filter(({ pattern, known }) => pattern.test(text) && !known.has(text))
        .filter(({ kind }) => kind !== "scope" || !texts.some((one) => isDenial(one.text, text)))
        .map(({ kind }) => `${name}:${line}: the app has no ${kind} ${text}`),
    ),
    ...texts.flatMap(({ line, text }) =>
      [...text.matchAll(ID)]
        .map(({ groups = {} }) => groups["id"] ?? "")
        .filter((id) => !ids.has(id))
        .map((id) => `${name}:${line}: the app has no id ${id}`),
    ),
  ]);
}

/** Finds names that no document has. */
export function findUnnamed(
  documents: readonly MarkdownDocument[],
  names: Iterable<string>,
): string[] {
  const codes = new Set(documents.flatMap((document) => document.codes.map(({ text }) => text)));
  return [...names].filter((name) => !codes.has(name)).map((name) => `no document names ${name}`);
}

const SCOPE = /^[a-z_]+(?:\.[a-z_]+)*:(?:history|join|manage|public|read|write)(?:\.\w+)*$/u;
const EVENT = /^message\.(?:app_home|channels|groups|im|mpim)$/u;
const COMMAND = /^\/[a-z\d]+(?:-[a-z\d]+)+$/u;
const ID = /\b(?:action_id|callback_id)\W+(?<id>[a-z]+(?:_[a-z\d]+)+)/gu;

function isDenial(text: string, scope: string): boolean {
  const sentences = text.split(/(?<=[.!?])\s/u).filter((one) => one.includes(scope));
  return sentences.some((one) =>
    /does not ask|not need|no scope|요청하지 않|필요하지 않/u.test(one),
  );
}
