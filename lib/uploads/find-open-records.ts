import { parseRecordKey } from "../storage/object-key.ts";
import type { Bucket, ListedObject } from "../storage/s3.ts";

export interface FoundRecords {
  /** Keys of the records that may not be done. */
  candidates: string[];
  /** Channels that any record knows. */
  channelIds: Set<string>;
}

/**
 * Lists the records of the time since `oldestMs`, and of them those written since `checkedUntilMs`. A record's key ends
 * with its message's `ts`, so each channel is entered where that time begins, however many records lie before it.
 */
export async function findOpenRecords(
  bucket: Bucket,
  { statePrefix, oldestMs, checkedUntilMs }: SearchOptions,
): Promise<FoundRecords> {
  const candidates: string[] = [];
  const channelIds = new Set<string>();
  const isWanted = ({ lastModified }: ListedObject) => lastModified.getTime() >= checkedUntilMs;
  const root = `${statePrefix}messages/`;
  let startAfter: string | undefined;
  for (;;) {
    const first = await firstOf(bucket.list(root, startAfter === undefined ? {} : { startAfter }));
    if (first === undefined) {
      break;
    }
    const record = parseRecordKey(statePrefix, first.key);
    const folder = first.key.slice(0, first.key.lastIndexOf("/") + 1);
    if (record?.channelId !== undefined) {
      channelIds.add(record.channelId);
      const since = `${folder}${Math.floor(oldestMs / 1000)}`;
      for await (const listed of bucket.list(folder, { startAfter: since })) {
        if (isWanted(listed)) {
          candidates.push(listed.key);
        }
      }
    }
    // "0" follows "/": whatever lies in this folder sorts before it.
    startAfter = `${folder.slice(0, -1)}0`;
  }
  for await (const listed of bucket.list(`${statePrefix}forms/`)) {
    if (isWanted(listed) && listed.lastModified.getTime() >= oldestMs) {
      candidates.push(listed.key);
    }
  }
  return { candidates, channelIds };
}

interface SearchOptions {
  statePrefix: string;
  oldestMs: number;
  checkedUntilMs: number;
}

async function firstOf<Item>(items: AsyncIterable<Item>): Promise<Item | undefined> {
  for await (const item of items) {
    return item;
  }
  return undefined;
}
