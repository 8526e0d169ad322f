import { createHash, randomUUID } from "node:crypto";
import type { LocalS3 } from "../dev/local-s3/server.ts";
import type { UploadRecord } from "../lib/records/record.ts";

export interface Place {
  teamId: string;
  channelId: string;
}

/** Stores records of finished uploads, one every few minutes in the past, until there are so many. */
export function storeRecords(s3: LocalS3, places: readonly Place[], count: number): void {
  const existing = s3.facts("state/messages/").length;
  const newestMs = Date.now() - DAY_MS;
  for (let index = existing; index < count; index += 1) {
    const place = places[index % places.length];
    if (place !== undefined) {
      const ts = `${Math.floor((newestMs - index * PAUSE_MS) / 1000)}.000100`;
      const body = Buffer.from(JSON.stringify(recordOf(place, ts)));
      s3.put({
        key: `state/messages/${place.teamId}/${place.channelId}/${ts}.json`,
        body,
        etag: `"${createHash("md5").update(body).digest("hex")}"`,
        sizeBytes: body.length,
        lastModifiedMs: newestMs,
        contentType: "application/json",
        metadata: {},
      });
    }
  }
}

const DAY_MS = 86_400_000;
const PAUSE_MS = 240_000;

function recordOf({ teamId, channelId }: Place, ts: string): UploadRecord {
  const uuid = randomUUID();
  return {
    version: 2,
    teamId,
    source: { type: "message", channelId, ts, threadTs: ts },
    uploader: "U0LOCAL001",
    homeTeamIds: [teamId],
    reply: { channelId, ts: [ts.replace(/100$/u, "200")] },
    promises: [randomUUID()],
    images: [
      {
        fileId: `F${uuid.slice(0, 8).toUpperCase()}`,
        name: "photo.jpg",
        uuid,
        requestedBy: [],
        retries: 0,
        state: "uploaded",
        alt: "",
        key: `images/${uuid}.jpg`,
        type: "image/jpeg",
        width: 4032,
        height: 3024,
        bytes: 2_400_000,
        sha256: createHash("sha256").update(uuid).digest("hex"),
      },
    ],
  };
}
