import * as v from "valibot";
import { LIMITS } from "../blocks/limits.ts";
import type { Actor } from "../slack/interaction-payloads.ts";
import { Id, Timestamp } from "../slack/parse.ts";
import { isRecordRef } from "../records/record-ref.ts";

/**
 * The state that a modal about a message's images needs on submission. Slack keeps it as
 * `private_metadata`.
 */
const ModalContext = v.object({
  ref: v.pipe(v.string(), v.check(isRecordRef)),
  /** The data for an upload; absent if the modal only edits an existing record. */
  upload: v.optional(
    v.object({
      teamId: Id,
      channelId: Id,
      ts: Timestamp,
      threadTs: Timestamp,
      uploader: v.optional(Id),
      homeTeamIds: v.optional(v.array(Id)),
      fileIds: v.array(Id),
    }),
  ),
});
export type ModalContext = v.InferOutput<typeof ModalContext>;

/** Stays within 3,000 characters by leaving out the last of very many files. */
export function renderModalContext(context: ModalContext): string {
  const json = JSON.stringify(context);
  const { upload } = context;
  return json.length <= LIMITS.privateMetadata ||
    upload === undefined ||
    upload.fileIds.length === 0
    ? json
    : renderModalContext({
        ...context,
        upload: { ...upload, fileIds: upload.fileIds.slice(0, -1) },
      });
}

/** `undefined`: the metadata is not ours. */
export function inspectModalContext(privateMetadata: string): ModalContext | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), ModalContext), privateMetadata);
  return parsed.success ? parsed.output : undefined;
}

/**
 * The teams whose files a member can publish. On Enterprise Grid Slack does not tell a person's
 * other teams.
 */
export function homeOf({ teamId, userTeamId, enterpriseId }: Actor): { homeTeamIds: string[] } {
  const told = [teamId, userTeamId, enterpriseId].filter((id) => id !== undefined);
  return { homeTeamIds: [...new Set(told)] };
}
