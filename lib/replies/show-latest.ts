import { isoNow } from "../clock.ts";
import { isDeepStrictEqual } from "node:util";
import { describeError } from "../logger.ts";
import type { WorkPorts } from "../ports.ts";
import { isLeaseAlive, type Reply } from "../records/record.ts";
import { RecordConflictError, type StoredRecord } from "../records/record-store.ts";
import { isClosedToUs } from "./is-closed-to-us.ts";
import { deleteReplies } from "./delete-replies.ts";
import { showReply } from "./show-reply.ts";

export interface ShowLatestOptions {
  /** A reply missing from the record may exist in the conversation, so look before posting. */
  mayBePosted?: boolean;
}

/**
 * Brings the conversation in line with a record that has no lease holder, and with what others
 * write into it meanwhile. Returns the record as shown. A lease holder shows the record itself.
 * Every caller reads the record once more afterwards: if two show it at the same time, the later
 * reader sees what the other wrote.
 */
export function showLatest(
  work: WorkPorts,
  opened: StoredRecord,
  options: ShowLatestOptions = {},
): Promise<StoredRecord> {
  return work.showing(opened.ref, async () => {
    let stored = opened;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      if (isLeaseAlive(stored.record, isoNow(work.clock))) {
        return stored;
      }
      const { images } = stored.record;
      stored = await showOnce(work, stored, options);
      const latest = await work.records.read(stored.ref);
      if (latest === undefined || isDeepStrictEqual(latest.record.images, images)) {
        return latest ?? stored;
      }
      stored = latest;
    }
    throw new RecordConflictError(`Cannot show record ${opened.ref}: it keeps changing`);
  });
}

/**
 * Each round shows what was written during the previous one. More than a few rounds take a race of
 * many editors.
 */
const MAX_ROUNDS = 10;

async function showOnce(
  work: WorkPorts,
  stored: StoredRecord,
  { mayBePosted = false }: ShowLatestOptions,
): Promise<StoredRecord> {
  const before = stored.record.reply;
  const shown = await showReply(work, stored.record, { reply: before, mayBePosted });
  const { reply, error } = shown;
  const noted = isDeepStrictEqual(reply, before)
    ? stored
    : await noteReply(work, stored, { before, reply });
  if (error !== undefined && !isClosedToUs(error)) {
    throw error;
  }
  if (error !== undefined) {
    work.logger.error("reply.failed", { record: stored.ref, error: describeError(error) });
  }
  return noted;
}

/** If somebody else recorded another reply at the same time, theirs stays. */
async function noteReply(
  work: WorkPorts,
  stored: StoredRecord,
  { before, reply }: NotedReply,
): Promise<StoredRecord> {
  const updated = await work.records.update(stored, (record) =>
    isDeepStrictEqual(record.reply, before) ? { ...record, reply } : record,
  );
  const kept = updated.record.reply;
  if (reply !== undefined && !isDeepStrictEqual(kept, reply)) {
    const known = new Set([...(before?.ts ?? []), ...(kept?.ts ?? [])]);
    const ts = reply.ts.filter((posted) => !known.has(posted));
    await deleteReplies(work, { ...reply, ts });
  }
  return updated;
}

interface NotedReply {
  before: Reply | undefined;
  reply: Reply | undefined;
}
