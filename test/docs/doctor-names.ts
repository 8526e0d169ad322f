import { type MarkdownDocument, readLines } from "./read-documents.ts";

/** Finds names of checks that the doctor does not make, in inline code and in its output. */
export function findUnknownChecks(
  documents: readonly MarkdownDocument[],
  { checks }: { checks: ReadonlySet<string> },
): string[] {
  const rooms = new Set(
    [...checks]
      .filter((name) => name.includes("."))
      .map(roomOf)
      .filter((room) => !LOGGED.has(room)),
  );
  return documents.flatMap(({ name, codes, blocks }) => {
    const inline = codes.filter(({ text }) => CHECK.test(text) && rooms.has(roomOf(text)));
    const printed = blocks.flatMap(readLines).flatMap(({ line, text }) => {
      const [, check] = PRINTED.exec(text) ?? [];
      return check === undefined ? [] : [{ line, text: check }];
    });
    return [...inline, ...printed]
      .filter(({ text }) => !checks.has(text))
      .map(({ line, text }) => `${name}:${line}: the doctor has no check ${text}`);
  });
}

function roomOf(check: string): string {
  return check.replace(/\..*/u, "");
}

/** These begin names of checks and of events alike, and events have a check of their own. */
const LOGGED: ReadonlySet<string> = new Set(["cdn", "work"]);
/** Hosts, such as `slack.com`, are none. */
const CHECK = /^[a-z\d]+(?:\.[a-z-]+)+(?<!\.com)$/u;
const PRINTED = /^[✓✗–] (?<check>[a-z\d][a-z\d.-]*):/u;
