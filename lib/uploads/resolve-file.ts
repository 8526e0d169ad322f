import { matchType } from "../images/formats.ts";
import { isHeic } from "../images/heif/brands.ts";
import { describeError } from "../logger.ts";
import type { WorkPorts } from "../ports.ts";
import type { FailureCode } from "../records/record.ts";
import { SlackApiError } from "../slack/api-call.ts";
import { isImageFile, isStub, isUntold, type SlackFile } from "../slack/file.ts";
import { DownloadError } from "../slack/file-download.ts";
import { isStranger } from "../slack/payloads.ts";
import { toError } from "../to-error.ts";
import { toFailureCode } from "./failure-code.ts";
import { isNotYet, whileFresh } from "./while-fresh.ts";

export type ResolvedFile =
  | { outcome: "image"; file: SlackFile }
  /** Not an image, or not ours to publish: it is left alone without a word. */
  | { outcome: "ignored" }
  /** Its type cannot be known yet, so nobody is told about it for now. */
  | { outcome: "untold"; problem: Error }
  | { outcome: "failed"; code: FailureCode };

/** The message or form that a file came with. */
export interface FileSource {
  /** The message's conversation; a form has none. */
  channelId: string | undefined;
  /** As in `SlackMessage.homeTeamIds`; `undefined` publishes everybody's files. */
  homeTeamIds: readonly string[] | undefined;
  /** The id of the person who posted it. Files posted by apps are ignored. */
  uploader: string | undefined;
  /** Whether it was posted a moment ago, so that missing data may still arrive. */
  isFresh: boolean;
}

export interface ResolveOptions extends FileSource {
  /** Whether somebody chose this very file, so that it gets a result in any case. */
  isAskedFor: boolean;
}

/**
 * Asks Slack for details missing from the event, and looks at the first bytes if Slack does not
 * name their type.
 * @throws {SlackApiError} if the token is dead.
 */
export async function resolveFile(
  work: WorkPorts,
  file: SlackFile,
  options: ResolveOptions,
): Promise<ResolvedFile> {
  if (!isStub(file) && (options.isAskedFor || isImageFile(file))) {
    return { outcome: "image", file };
  }
  let described = file;
  try {
    return await whileFresh(work, options.isFresh, async (round) => {
      if (round > 0 || isStub(file) || file.downloadUrl === undefined) {
        described = await describeFile(work, file.id);
      }
      return judge(work, described, options);
    });
  } catch (error) {
    const code = options.isFresh && isNotYet(error) ? "not_ready" : toFailureCode(error);
    work.logger.warn("upload.failed", {
      file: file.id,
      code,
      error: describeError(error),
      ...(error instanceof SlackApiError && { needed: error.needed }),
    });
    if (isUntold(described) && !options.isAskedFor) {
      const mayCome = code === "not_ready" || (code === "not_downloaded" && !isNotYet(error));
      return mayCome ? { outcome: "untold", problem: toError(error) } : { outcome: "ignored" };
    }
    return { outcome: "failed", code };
  }
}

/** @throws {SlackApiError} @throws {DownloadError} if Slack has no details yet. */
export async function describeFile(
  { slack, budget }: WorkPorts,
  fileId: string,
): Promise<SlackFile> {
  const described = await slack.fileInfo(fileId, { deadlineMs: budget.startUntilMs });
  if (isStub(described)) {
    throw new DownloadError("not_served", "Slack has no details of it yet");
  }
  return described;
}

const FIRST_BYTES = 64;

async function judge(
  { downloadFile, budget }: WorkPorts,
  file: SlackFile,
  { homeTeamIds, uploader, isAskedFor }: ResolveOptions,
): Promise<ResolvedFile> {
  if (file.botUserId !== undefined && file.botUserId === uploader && !isAskedFor) {
    return { outcome: "ignored" };
  }
  if (isStranger(file.teamId, homeTeamIds)) {
    return isAskedFor ? { outcome: "failed", code: "external" } : { outcome: "ignored" };
  }
  if (isAskedFor || isImageFile(file)) {
    return { outcome: "image", file };
  }
  if (!isUntold(file)) {
    return { outcome: "ignored" };
  }
  const deadlineMs = budget.startUntilMs;
  const start = await downloadFile(addressOf(file), { deadlineMs, firstBytes: FIRST_BYTES });
  return matchType(start) !== undefined || isHeic(start)
    ? { outcome: "image", file }
    : { outcome: "ignored" };
}

/** @throws {DownloadError} */
export function addressOf({ downloadUrl }: SlackFile): string {
  if (downloadUrl === undefined) {
    throw new DownloadError("not_served", "Slack gave no address for it");
  }
  return downloadUrl;
}
