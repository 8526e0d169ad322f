import type { LocalS3 } from "../dev/local-s3/server.ts";
import type { UploadRecord } from "../lib/records/record.ts";

export interface Place {
  teamId: string;
  channelId: string;
}

/** Stores records of finished uploads in one channel, one every few minutes until yesterday, until there are so many. */
export function storeRecords(s3: LocalS3, place: Place, count: number): void {
  const newestMs = Date.now() - DAY_MS;
  for (let index = s3.facts("state/messages/").length; index < count; index += 1) {
    const ts = `${Math.floor((newestMs - index * PAUSE_MS) / 1000)}.000100`;
    const body = Buffer.from(JSON.stringify(recordOf(place, ts)));
    s3.put({
      key: `state/messages/${place.teamId}/${place.channelId}/${ts}.json`,
      body,
      etag: `"${String(index).padStart(32, "0")}"`,
      sizeBytes: body.length,
      lastModifiedMs: newestMs,
      contentType: "application/json",
      metadata: {},
    });
  }
}

const DAY_MS = 86_400_000;
const PAUSE_MS = 240_000;
const UUID = "2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d";

function recordOf({ teamId, channelId }: Place, ts: string): UploadRecord {
  return {
    version: 2,
    teamId,
    source: { type: "message", channelId, ts, threadTs: ts },
    uploader: "U0LOCAL001",
    homeTeamIds: [teamId],
    reply: { channelId, ts: [ts.replace(/100$/u, "200")] },
    promises: [UUID],
    images: [
      {
        fileId: "F0LOCAL0001",
        name: "photo.jpg",
        uuid: UUID,
        requestedBy: [],
        retries: 0,
        state: "uploaded",
        alt: "",
        key: `images/${UUID}.jpg`,
        type: "image/jpeg",
        width: 4032,
        height: 3024,
        bytes: 2_400_000,
        sha256: "0".repeat(64),
      },
    ],
  };
}
