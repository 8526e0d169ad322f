import * as v from "valibot";
import manifest from "../../manifest.json" with { type: "json" };
import { SlackApiError } from "../slack/api-call.ts";
import { Id, lenient } from "../slack/parse.ts";
import { TIME_PLAN } from "../time-plan.ts";
import { type Check, enumerate, failed, passed, skipped } from "./check.ts";
import { checkBlocks } from "./check-blocks.ts";
import type { DoctorPorts } from "./doctor-ports.ts";
import { askSlack } from "./slack-failure.ts";

/** Whether the token, its scopes, the conversations and everything that the app shows are right. */
export async function checkSlack(ports: DoctorPorts): Promise<Check[]> {
  let scopes: readonly string[] | undefined;
  const token = await askSlack("slack.token", async () => {
    const answer = await authTest(ports);
    scopes = answer.response_metadata?.scopes;
    const what = `The token belongs to the bot ${answer.user_id} of the workspace ${answer.team_id}.`;
    return passed("slack.token", what);
  });
  if (token.ok !== true) {
    const names = ["slack.scopes", "slack.conversations", "slack.blocks"];
    return [token, ...names.map((name) => skipped(name, "It needs a valid token."))];
  }
  return [
    token,
    ...checkScopes(scopes),
    ...(await checkConversations(ports)),
    await checkBlocks(ports),
  ];
}

/** @throws {SlackApiError} */
export function authTest({ call, clock }: DoctorPorts): Promise<AuthTest> {
  const request = { method: "auth.test", args: {}, answer: AuthTest, isRepeatable: true };
  return call(request, { deadlineMs: clock.now() + TIME_PLAN.patienceMs });
}

/** The SDK puts the `X-OAuth-Scopes` header into `response_metadata`. */
const AuthTest = v.object({
  team_id: Id,
  user_id: Id,
  response_metadata: lenient(v.object({ scopes: lenient(v.array(v.string())) })),
});
type AuthTest = v.InferOutput<typeof AuthTest>;

/** Let the sweep search every channel that the app is in. */
export const OPTIONAL_SCOPES: readonly string[] = ["channels:read", "groups:read"];

function checkScopes(granted: readonly string[] | undefined): Check[] {
  const name = "slack.scopes";
  if (granted === undefined) {
    return [skipped(name, "Slack did not name the token's scopes.")];
  }
  const wanted: readonly string[] = manifest.oauth_config.scopes.bot;
  const missing = wanted.filter((scope) => !granted.includes(scope));
  const superfluous = granted.filter(
    (scope) => ![...wanted, ...OPTIONAL_SCOPES].includes(scope) && /^[\w.:-]{1,60}$/u.test(scope),
  );
  const declined = OPTIONAL_SCOPES.filter((scope) => !granted.includes(scope));
  return [
    missing.length === 0
      ? passed(name, "The app has every scope of manifest.json.")
      : failed(
          name,
          `The app lacks ${enumerate(missing)}.`,
          `Add ${enumerate(missing)} under OAuth & Permissions, and reinstall the app.`,
        ),
    superfluous.length === 0
      ? passed("slack.scopes.superfluous", "The app has no other scopes.")
      : failed(
          "slack.scopes.superfluous",
          `The app has scopes that it never uses: ${enumerate(superfluous)}.`,
          `Remove ${enumerate(superfluous)} under OAuth & Permissions, and reinstall the app.`,
        ),
    declined.length === 0
      ? passed("slack.scopes.optional", "The app has the optional scopes.")
      : skipped(
          "slack.scopes.optional",
          `The app does without ${enumerate(declined)}, so the sweep searches only CHANNEL_IDS, or channels that it has uploaded from.`,
        ),
  ];
}

const CONVERSATIONS = "slack.conversations";

async function checkConversations(ports: DoctorPorts): Promise<Check[]> {
  const { config, settingsFor, slack, clock } = ports;
  if (config.channelIds.size > 0) {
    const checks: Check[] = [];
    for (const channelId of config.channelIds) {
      checks.push(await checkChannel(ports, channelId));
    }
    return checks;
  }
  const { autoUpload } = await settingsFor(undefined);
  const listed = await askSlack(CONVERSATIONS, async () => {
    try {
      const deadlineMs = clock.now() + TIME_PLAN.patienceMs;
      const { length: count } = await slack.listChannels({ deadlineMs });
      if (count > 0) {
        return passed(CONVERSATIONS, `The app is in ${count} channel${count === 1 ? "" : "s"}.`);
      }
      const what = "The app is in no channel.";
      return autoUpload
        ? failed(CONVERSATIONS, what, "Type `/invite @Upload to S3` in a channel.")
        : skipped(CONVERSATIONS, `${what} AUTO_UPLOAD is false, so it need not be.`);
    } catch (error) {
      if (error instanceof SlackApiError && error.code === "missing_scope") {
        const what = `Only ${enumerate(OPTIONAL_SCOPES)} let the app list the channels that it is in.`;
        return skipped(CONVERSATIONS, what);
      }
      throw error;
    }
  });
  return [listed];
}

const CHANNEL_ERRORS: ReadonlySet<string> = new Set(["channel_not_found", "not_in_channel"]);

function checkChannel({ call, clock }: DoctorPorts, channelId: string): Promise<Check> {
  const name = `${CONVERSATIONS}.${channelId}`;
  return askSlack(name, async () => {
    const args = { channel: channelId, limit: 1 };
    const request = {
      method: "conversations.history",
      args,
      answer: v.object({}),
      isRepeatable: true,
    };
    try {
      await call(request, { deadlineMs: clock.now() + TIME_PLAN.patienceMs });
      return passed(name, `The app is in ${channelId} of CHANNEL_IDS.`);
    } catch (error) {
      if (error instanceof SlackApiError && CHANNEL_ERRORS.has(error.code)) {
        return failed(
          name,
          `The app is not in ${channelId} of CHANNEL_IDS.`,
          `Type \`/invite @Upload to S3\` in that channel, or remove ${channelId} from CHANNEL_IDS.`,
        );
      }
      throw error;
    }
  });
}
