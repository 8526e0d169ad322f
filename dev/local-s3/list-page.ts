import type { ObjectFacts } from "./stored-object.ts";

export interface ListQuery {
  prefix: string;
  delimiter: string;
  maxKeys: number;
  /** The page begins after this: `start-after`, or the end of the page before. */
  after: string;
}

interface ListPage {
  objects: ObjectFacts[];
  commonPrefixes: string[];
  /** The last key or common prefix, unless this is the last page. */
  next: string | undefined;
}

/** Cuts one page of ListObjectsV2 out of objects in byte order. */
export function cutListPage(ordered: readonly ObjectFacts[], query: ListQuery): ListPage {
  const page: ListPage = { objects: [], commonPrefixes: [], next: undefined };
  const after = Buffer.from(query.after);
  let last = "";
  for (const facts of ordered) {
    if (!facts.key.startsWith(query.prefix) || Buffer.compare(Buffer.from(facts.key), after) <= 0) {
      continue;
    }
    const folder = findCommonPrefix(facts.key, query);
    // If the page before ended with this folder, everything in it was listed.
    if (folder !== undefined && (folder === last || folder === query.after)) {
      continue;
    }
    if (page.objects.length + page.commonPrefixes.length === query.maxKeys) {
      if (query.maxKeys > 0) {
        page.next = last;
      }
      return page;
    }
    if (folder === undefined) {
      page.objects.push(facts);
    } else {
      page.commonPrefixes.push(folder);
    }
    last = folder ?? facts.key;
  }
  return page;
}

function findCommonPrefix(key: string, { prefix, delimiter }: ListQuery): string | undefined {
  const delimiterAt = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
  return delimiterAt === -1 ? undefined : key.slice(0, delimiterAt + delimiter.length);
}
