import { type Located, type MarkdownDocument, readCommands } from "./read-documents.ts";

export interface PathFacts {
  files: ReadonlySet<string>;
  /** Files that a reader makes. */
  examples: ReadonlySet<string>;
}

/** Finds paths of this repository, and addresses of its functions, behind which there is nothing. */
export function findMissingPaths(
  documents: readonly MarkdownDocument[],
  { files, examples }: PathFacts,
): string[] {
  const all = [...files];
  function isThere(path: string): boolean {
    const pattern = new RegExp(`^${toPattern(path.replace(/\/$/u, ""))}(?:/|$)`, "u");
    return all.some((file) => pattern.test(file));
  }
  function isFile(path: string): boolean {
    const pattern = new RegExp(`(?:^|/)${toPattern(path)}$`, "u");
    return all.some((file) => pattern.test(file));
  }
  return documents.flatMap((document) =>
    wordsOf(document).flatMap(({ line, text }) => {
      const at = `${document.name}:${line}`;
      const [, route] = ROUTE.exec(text) ?? [];
      if (route !== undefined) {
        return isThere(`${route}.ts`) || isThere(route)
          ? []
          : [`${at}: no function answers /${route}`];
      }
      if (examples.has(text)) {
        return [];
      }
      const isMissing = ROOM.test(text) ? !isThere(text) : FILE.test(text) && !isFile(text);
      return isMissing ? [`${at}: there is no ${text}`] : [];
    }),
  );
}

/** `/api/health`, also behind the address of a deployment. Slack's own Web API is not ours. */
const ROUTE = /^(?:https?:\/\/(?!slack\.com)[^/]+)?\/(?<route>api\/[\w/…*-]*[\w…*])\/?$/u;
const ROOM = /^(?:\.ci|\.github|api|bench|dev|docs|infra|lib|public|test)\/\S*$/u;
/** A file, by itself or below some folder. Objects of the bucket look like that too. */
const FILE =
  /^(?!images\/|state\/)[\w.{},*-]+(?:\/[\w.{},*-]+)*\.(?:css|html|js|json|md|ts|tsx|ya?ml)$/u;

function wordsOf(document: MarkdownDocument): Located[] {
  return readCommands(document).flatMap(({ line, text }) =>
    text
      .split(/[\s"'()<>;]+|,(?![^{]*\})/u)
      .map((word) => ({ line, text: word.replace(/^\.\//u, "").replace(/[.:]$/u, "") })),
  );
}

/** A pattern for globs, `{a,b}` and what an ellipsis leaves out. */
function toPattern(path: string): string {
  return path
    .replaceAll(/[.+?^$()[\]\\|]/gu, String.raw`\$&`)
    .replaceAll(/\*\*\/?|…/gu, "\0")
    .replaceAll("*", "[^/]*")
    .replaceAll("\0", ".*")
    .replaceAll(
      /\{(?<choice>[^}]*)\}/gu,
      (_, choice: string) => `(?:${choice.replaceAll(",", "|")})`,
    )
    .replaceAll(/[{}]/gu, String.raw`\$&`);
}
