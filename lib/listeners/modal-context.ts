import * as v from "valibot";
import { LIMITS } from "../blocks/limits.ts";
import type { Actor } from "../slack/interaction-payloads.ts";
import { Id, Timestamp } from "../slack/parse.ts";
import { isRecordRef } from "../records/record-ref.ts";

/** What a modal about a message's images has to know when it comes back. Slack keeps it as `private_metadata`. */
const ModalContext = v.object({
  ref: v.pipe(v.string(), v.check(isRecordRef)),
  /** What an upload needs; absent where there is a record to be edited, and nothing else. */
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

/** At most 3,000 characters: of very many files the last ones are left out. */
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

/** `undefined` when it is none of ours. */
export function inspectModalContext(privateMetadata: string): ModalContext | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), ModalContext), privateMetadata);
  return parsed.success ? parsed.output : undefined;
}

/** Whose files a member has published. On Enterprise Grid, which other teams are theirs is not told. */
export function homeOf({ teamId, userTeamId, enterpriseId }: Actor): { homeTeamIds: string[] } {
  const told = [teamId, userTeamId, enterpriseId].filter((id) => id !== undefined);
  return { homeTeamIds: [...new Set(told)] };
}
