import { describeError } from "../logger.ts";
import type { WorkPorts } from "../ports.ts";
import type { FailureCode } from "../records/record.ts";
import { isImageFile, isStub, type SlackFile } from "../slack/file.ts";
import { isStranger } from "../slack/payloads.ts";
import { isTokenDead, SlackApiError } from "../slack/api-call.ts";

export type ResolvedFile =
  | { outcome: "image"; file: SlackFile }
  /** Known now to be none, or not ours to publish: it is left alone without a word. */
  | { outcome: "ignored" }
  | { outcome: "failed"; code: FailureCode };

export interface ResolveOptions {
  /** As in `SlackMessage.homeTeamIds`; `undefined` publishes everybody's files. */
  homeTeamIds: readonly string[] | undefined;
  /** Somebody pointed at this very file: it gets an answer, whatever it is. */
  isAskedFor: boolean;
}

/** Asks `files.info` about what Slack did not describe in the event. @throws {SlackApiError} of a dead token. */
export async function resolveFile(
  { slack, budget, logger }: WorkPorts,
  file: SlackFile,
  options: ResolveOptions,
): Promise<ResolvedFile> {
  if (!isStub(file) && file.downloadUrl !== undefined) {
    return { outcome: "image", file };
  }
  try {
    const described = await slack.fileInfo(file.id, { deadlineMs: budget.startUntilMs });
    const isForeign = isStranger(described.teamId, options.homeTeamIds);
    if (isForeign && options.isAskedFor) {
      return { outcome: "failed", code: "external" };
    }
    return options.isAskedFor || (isImageFile(described) && !isForeign)
      ? { outcome: "image", file: described }
      : { outcome: "ignored" };
  } catch (error) {
    if (!(error instanceof SlackApiError) || isTokenDead(error)) {
      throw error;
    }
    const code = REFUSALS.get(error.code) ?? "not_downloaded";
    logger.warn("upload.failed", {
      file: file.id,
      code,
      error: describeError(error),
      needed: error.needed,
    });
    return { outcome: "failed", code };
  }
}

const REFUSALS: ReadonlyMap<string, FailureCode> = new Map([
  ["file_not_found", "gone"],
  ["file_deleted", "gone"],
  ["missing_scope", "no_access"],
  ["access_denied", "no_access"],
  ["no_permission", "no_access"],
  ["not_in_channel", "no_access"],
  ["channel_not_found", "no_access"],
]);
