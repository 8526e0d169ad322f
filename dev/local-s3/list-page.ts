import { firstNotBelow } from "./object-store.ts";
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
  const isAfterPrefix = Buffer.compare(after, Buffer.from(query.prefix)) > 0;
  let last = "";
  // Everything with the prefix comes in one row.
  const start = firstNotBelow(ordered, isAfterPrefix ? query.after : query.prefix);
  for (let index = start; index < ordered.length; index += 1) {
    const facts = ordered[index];
    if (facts === undefined || !facts.key.startsWith(query.prefix)) {
      return page;
    }
    if (facts.key === query.after) {
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
