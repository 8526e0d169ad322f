import * as v from "valibot";
import type { UploadRecord } from "./record.ts";

/**
 * Version 1 stored who asked for an upload once for all images, and only replies in the message's
 * own channel.
 */
const LooseImage = v.looseObject({ fileId: v.string(), state: v.string() });

type ImageV1 = v.InferOutput<typeof LooseImage>;

const UploadRecordV1 = v.object({
  version: v.literal(1),
  state: v.picklist(["uploading", "done"]),
  leaseUntil: v.string(),
  leaseId: v.string(),
  teamId: v.string(),
  source: v.variant("type", [
    v.object({
      type: v.literal("message"),
      channelId: v.string(),
      ts: v.string(),
      threadTs: v.string(),
    }),
    v.object({ type: v.literal("form"), viewId: v.string() }),
  ]),
  uploader: v.optional(v.string()),
  requestedBy: v.array(v.string()),
  homeTeamIds: v.optional(v.array(v.string())),
  replyTs: v.array(v.string()),
  images: v.array(LooseImage),
});
type UploadRecordV1 = v.InferOutput<typeof UploadRecordV1>;

/**
 * Converts a version 1 record to the shape of version 2, still unvalidated. Returns anything else
 * unchanged.
 */
export function upgradeRecord(json: unknown): unknown {
  return v.is(UploadRecordV1, json) ? toVersion2(v.parse(UploadRecordV1, json)) : json;
}

function toVersion2(old: UploadRecordV1): Record<keyof UploadRecord, unknown> {
  const { state, leaseId, leaseUntil, source, requestedBy, replyTs } = old;
  const lease = { id: leaseId, until: leaseUntil, marker: leaseId };
  const form = { userId: old.uploader ?? "", sentAt: leaseUntil };
  const channelId = source.type === "message" ? source.channelId : "";
  return {
    version: 2,
    teamId: old.teamId,
    source: source.type === "form" ? { ...source, ...form } : source,
    uploader: old.uploader,
    homeTeamIds: old.homeTeamIds,
    lease: state === "uploading" ? lease : undefined,
    lateUntil: undefined,
    reply: replyTs.length > 0 ? { channelId, ts: replyTs } : undefined,
    promises: [],
    submissions: undefined,
    images: old.images.map((image) => ({
      ...image,
      requestedBy: isWholeRequest(old, image) ? requestedBy : [],
      retries: 0,
    })),
  };
}

/**
 * It is unknown who asked for an uploaded image that has others beside it, so only the person who
 * posted it and administrators keep the right to delete it.
 */
function isWholeRequest({ source, uploader, images }: UploadRecordV1, image: ImageV1): boolean {
  return (
    source.type === "form" ||
    uploader === undefined ||
    images.length === 1 ||
    image.state === "pending" ||
    image.state === "failed"
  );
}
