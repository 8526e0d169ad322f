import type { MarkdownDocument } from "./read-documents.ts";

/** Finds inline code that looks like an event of the log, by its noun or its verb, and is none. */
export function findUnknownLogEvents(
  documents: readonly MarkdownDocument[],
  { events, others }: { events: ReadonlySet<string>; others: ReadonlySet<string> },
): string[] {
  const nouns = new Set([...events].map((event) => event.replace(/\..*/u, "")));
  const verbs = new Set([...events].map((event) => event.replace(/.*\./u, "")));
  return documents.flatMap(({ name, codes }) =>
    codes
      .filter(({ text }) => {
        const { noun = "", verb = "" } = EVENT.exec(text)?.groups ?? {};
        return (nouns.has(noun) || verbs.has(verb)) && !events.has(text) && !others.has(text);
      })
      .map(({ line, text }) => `${name}:${line}: the app logs no ${text}`),
  );
}

const EVENT =
  /^(?<noun>[a-z]+)\.(?<verb>(?!(?:css|html|js|json|jsx|md|png|ts|yml)$)[a-z]+(?:_[a-z]+)*)$/u;
