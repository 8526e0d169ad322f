import type { ObjectFacts } from "./stored-object.ts";

export interface ListQuery {
  prefix: string;
  delimiter: string;
  maxKeys: number;
  /** Only what sorts after this: start-after, or where the page before ended. */
  after: string;
}

interface ListPage {
  objects: ObjectFacts[];
  commonPrefixes: string[];
  /** The last key or common prefix of a page that is not the last one. */
  next: string | undefined;
}

/** Cuts one page of ListObjectsV2 out of objects that are in byte order. */
export function cutListPage(ordered: readonly ObjectFacts[], query: ListQuery): ListPage {
  const page: ListPage = { objects: [], commonPrefixes: [], next: undefined };
  const after = Buffer.from(query.after);
  let last = "";
  for (const facts of ordered) {
    if (!facts.key.startsWith(query.prefix) || Buffer.compare(Buffer.from(facts.key), after) <= 0) {
      continue;
    }
    const folder = findCommonPrefix(facts.key, query);
    // A page that ended with a folder goes on behind everything in it.
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
