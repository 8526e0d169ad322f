import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { SlackFile } from "../slack/file.ts";
import type { SlackMessage } from "../slack/payloads.ts";
import { messageRecordKey } from "../storage/object-key.ts";
import { isLeaseAlive, RECORD_VERSION, RecordError, type UploadRecord } from "./record.ts";
import type { RecordStore, StoredRecord } from "./record-store.ts";

/** The right to upload one message's images, held until the record's lease ends. */
export interface Claim {
  stored: StoredRecord;
  /** As Slack described them; the record keeps their ids and names only. */
  files: readonly SlackFile[];
  /** Somebody held it before and died: what they did already is to be found first. */
  isTakenOver: boolean;
}

export type ClaimUpload = (message: SlackMessage) => Promise<Claim | undefined>;

export interface ClaimDependencies {
  records: RecordStore;
  statePrefix: string;
  clock: Clock;
  logger: Logger;
}

/**
 * Stores the record of a message, uuids and all, before anything else happens: of any number of deliveries,
 * on any number of instances, one gets the claim and the others get `undefined`.
 */
export function createClaimUpload({
  records,
  statePrefix,
  clock,
  logger,
}: ClaimDependencies): ClaimUpload {
  return async function claimUpload(message) {
    const key = messageRecordKey(statePrefix, message);
    try {
      const claim = await claimRecord(key, message);
      if (claim !== undefined) {
        const { stored, isTakenOver } = claim;
        logger.info("upload.claimed", {
          record: key,
          images: stored.record.images.length,
          isTakenOver,
        });
      }
      return claim;
    } catch (error) {
      if (error instanceof RecordError) {
        logger.error("record.unreadable", { record: key });
        return undefined;
      }
      throw error;
    }
  };

  async function claimRecord(key: string, message: SlackMessage): Promise<Claim | undefined> {
    const lease = newLease(clock.now());
    const { files } = message;
    const created = await records.create(key, newRecord(message, lease));
    if (created !== undefined) {
      return { stored: created, files, isTakenOver: false };
    }
    const taken = await takeOver(key, lease);
    return taken && { stored: taken, files, isTakenOver: true };
  }

  async function takeOver(key: string, lease: Lease): Promise<StoredRecord | undefined> {
    const present = await records.read(key);
    if (present === undefined) {
      throw new Error(`Cannot claim ${key}: the record vanished`);
    }
    const { record } = present;
    const isBusy = isLeaseAlive(record, new Date(clock.now()).toISOString());
    return record.state === "done" || isBusy
      ? undefined
      : records.replace(present, { ...record, ...lease });
  }
}

type Lease = Pick<UploadRecord, "leaseId" | "leaseUntil">;

/** As long as a function may run (`maxDuration` in vercel.json), and a margin. */
const LEASE_SECONDS = 310;

function newLease(nowMs: number): Lease {
  return {
    leaseId: randomUUID(),
    leaseUntil: new Date(nowMs + LEASE_SECONDS * 1000).toISOString(),
  };
}

function newRecord(message: SlackMessage, lease: Lease): UploadRecord {
  return {
    version: RECORD_VERSION,
    state: "uploading",
    ...lease,
    teamId: message.teamId,
    channelId: message.channelId,
    ts: message.ts,
    threadTs: message.threadTs ?? message.ts,
    ...(message.userId !== undefined && { uploader: message.userId }),
    ...(message.homeTeamIds && { homeTeamIds: [...message.homeTeamIds] }),
    replyTs: [],
    images: message.files.map((file) => ({
      fileId: file.id,
      name: file.name,
      uuid: randomUUID(),
      alt: "",
      state: "pending",
    })),
  };
}
