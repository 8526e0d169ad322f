import { posix } from "node:path";
import type { MarkdownDocument } from "./read-documents.ts";

/** Finds links to files that the repository does not have, and to headings that a document does not have. */
export function findBrokenLinks(
  documents: readonly MarkdownDocument[],
  { files }: { files: ReadonlySet<string> },
): string[] {
  const folders = new Set([...files].flatMap(foldersOf));
  const byName = new Map(documents.map((document) => [document.name, document]));
  return documents.flatMap(({ name, links }) =>
    links.flatMap(({ line, text }) => {
      if (/^(?:[a-z][a-z\d+.-]*:|\/\/)/iu.test(text)) {
        return [];
      }
      const [path = "", anchor] = decodeURI(text).split("#");
      const target = path === "" ? name : posix.join(posix.dirname(name), path).replace(/\/$/u, "");
      if (path.startsWith("/") || !(files.has(target) || folders.has(target))) {
        return [`${name}:${line}: there is no file ${path}`];
      }
      const isFound = anchor === undefined || byName.get(target)?.anchors.has(anchor) === true;
      return isFound ? [] : [`${name}:${line}: ${target} has no heading for #${anchor}`];
    }),
  );
}

function foldersOf(file: string): string[] {
  const parts = file.split("/");
  return parts.map((_, index) => parts.slice(0, index).join("/") || ".");
}
