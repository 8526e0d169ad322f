import * as v from "valibot";
import type { Config } from "../../lib/config.ts";
import { systemClock } from "../../lib/clock.ts";
import type { UploadRecord } from "../../lib/records/record.ts";
import { createApiCall } from "../../lib/slack/api-call.ts";
import { TIME_PLAN } from "../../lib/time-plan.ts";

/** The workspace that the bot token belongs to. */
export interface Workspace {
  teamId: string;
  /** "https://acme.slack.com/" */
  url: string;
}

/** @throws {SlackApiError} */
export async function fetchWorkspace({ botToken, apiUrl }: Config["slack"]): Promise<Workspace> {
  const call = createApiCall({ botToken, apiUrl, clock: systemClock });
  const request = { method: "auth.test", args: {}, answer: AuthTest, isRepeatable: true };
  const deadlineMs = systemClock.now() + TIME_PLAN.patienceMs;
  const { team_id: teamId, url } = await call(request, { deadlineMs });
  return { teamId, url };
}

const AuthTest = v.object({ team_id: v.string(), url: v.pipe(v.string(), v.url()) });

/**
 * Builds the address of the source message, as "Copy link" in Slack does. Without the workspace's own address, it leads to Slack
 * in the browser. A form has no message.
 */
export function permalinkOf(
  { teamId, source }: UploadRecord,
  workspace: Workspace | undefined,
): string | undefined {
  if (source.type === "form") {
    return undefined;
  }
  const { channelId, ts, threadTs } = source;
  if (workspace?.teamId !== teamId) {
    return `https://app.slack.com/client/${teamId}/${channelId}/thread/${channelId}-${threadTs}`;
  }
  const url = new URL(`archives/${channelId}/p${ts.replace(".", "")}`, workspace.url);
  if (threadTs !== ts) {
    url.searchParams.set("thread_ts", threadTs);
    url.searchParams.set("cid", channelId);
  }
  return url.href;
}
