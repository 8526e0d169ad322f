import { randomBytes } from "node:crypto";
import { type Attempt, postSigned } from "../delivery/outgoing-request.ts";
import { isObject, type JsonObject } from "../json.ts";
import type { ResponseUrl, Slack } from "../state/slack.ts";
import type { User } from "../state/workspace.ts";
import { issueTrigger } from "../views/triggers.ts";

/** The properties that every interaction payload has. */
export function commonPayload(slack: Slack, user: User): JsonObject {
  const { workspace } = slack;
  return {
    team: { id: workspace.teamId, domain: workspace.teamDomain },
    user: { id: user.id, username: user.name, name: user.name, team_id: user.teamId },
    api_app_id: workspace.appId,
    token: "local-verification-token",
    trigger_id: issueTrigger(slack, user.id),
    enterprise: null,
    is_enterprise_install: false,
  };
}

export function issueResponseUrl(
  { state, clock, origin }: Slack,
  target: Pick<ResponseUrl, "channel" | "userId" | "messageTs">,
): string {
  const id = randomBytes(12).toString("hex");
  state.responseUrls.set(id, { ...target, createdAtMs: clock.nowMs(), posts: [] });
  return `${origin}/response/${id}`;
}

/** Posts `payload=…` once. Slack does not retry interactions. */
export function postInteraction(slack: Slack, payload: JsonObject): Promise<Attempt> {
  const url = slack.requestUrls?.interactivity;
  if (url === undefined) {
    throw new Error("Cannot deliver interaction: no Request URL for interactivity");
  }
  const body = new URLSearchParams({ payload: JSON.stringify(escapeTexts(payload)) }).toString();
  return postSigned(slack, { url, body, contentType: "application/x-www-form-urlencoded" });
}

/**
 * Slack returns `&`, `<` and `>` in text objects as entities (slackapi/bolt-python#513). Rich text, ids, values,
 * `private_metadata` and people's entries come back unchanged.
 */
function escapeTexts(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(escapeTexts);
  }
  if (!isObject(value)) {
    return value;
  }
  const copy: JsonObject = {};
  for (const [key, entry] of Object.entries(value)) {
    copy[key] = escapeTexts(entry);
  }
  const { type, text } = copy;
  if (typeof text !== "string") {
    return copy;
  }
  const ampersands = text.replaceAll(/&(?!(?:amp|lt|gt);)/g, "&amp;");
  if (type === "mrkdwn") {
    copy["text"] = ampersands;
  }
  if (type === "plain_text") {
    copy["text"] = ampersands.replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  }
  return copy;
}

/** Slack's name for a failed answer, as slash commands show it. */
export function failureOf({ reason, status = 0 }: Attempt): string | undefined {
  if (reason === undefined) {
    return undefined;
  }
  if (reason === "http_timeout") {
    return "operation_timeout";
  }
  if (reason !== "http_error") {
    return "dispatch_failed";
  }
  return status >= 500 ? "http_service_error" : "http_client_error";
}
