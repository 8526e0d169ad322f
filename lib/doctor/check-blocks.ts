import * as v from "valibot";
import { SlackApiError } from "../slack/api-call.ts";
import { lenient } from "../slack/parse.ts";
import { TIME_PLAN } from "../time-plan.ts";
import { type Check, failed, passed, skipped } from "./check.ts";
import type { DoctorPorts } from "./doctor-ports.ts";
import { renderSamples, type Sample } from "./sample-blocks.ts";
import { askSlack } from "./slack-failure.ts";

const NAME = "slack.blocks";

/** Lets Slack judge everything that the app shows: https://docs.slack.dev/reference/methods/blocks.validate */
export function checkBlocks(ports: DoctorPorts): Promise<Check> {
  return askSlack(NAME, async () => {
    const samples = renderSamples(ports.config, await ports.settingsFor(undefined));
    for (const sample of samples) {
      const check = await judge(ports, sample);
      if (check !== undefined) {
        return check;
      }
    }
    return passed(NAME, `Slack accepts every reply and modal (${samples.length} tried).`);
  });
}

/** `undefined`: Slack accepts the sample. */
async function judge(
  { call, clock }: DoctorPorts,
  { name, args }: Sample,
): Promise<Check | undefined> {
  const request = { method: "blocks.validate", args, answer: v.object({}), isRepeatable: true };
  try {
    await call(request, { deadlineMs: clock.now() + TIME_PLAN.patienceMs });
    return undefined;
  } catch (error) {
    if (!(error instanceof SlackApiError)) {
      throw error;
    }
    if (REFUSED_METHOD.has(error.code)) {
      return skipped(NAME, `Slack refuses to judge blocks for this token: ${error.code}.`);
    }
    if (!INVALID.has(error.code)) {
      throw error;
    }
    return failed(
      NAME,
      `Slack refuses ${name}: ${error.code}${whereIn(error.cause)}.`,
      "Look for a newer version of this app, or report this line: its settings or Slack's rules have changed.",
    );
  }
}

const INVALID: ReadonlySet<string> = new Set(["invalid_blocks", "invalid_message", "invalid_view"]);
const REFUSED_METHOD: ReadonlySet<string> = new Set([
  "access_denied",
  "method_deprecated",
  "method_not_supported_for_channel_type",
  "missing_scope",
  "not_allowed_token_type",
  "team_access_not_granted",
  "unknown_method",
]);

const Problems = v.object({
  data: v.object({
    errors: lenient(v.array(v.object({ pointer: lenient(v.string()), code: lenient(v.string()) }))),
  }),
});

/** " at /0/text (failed_constraint)". What Slack quotes stays out of it. */
function whereIn(cause: unknown): string {
  const parsed = v.safeParse(Problems, cause);
  const [first] = parsed.success ? (parsed.output.data.errors ?? []) : [];
  const isSafe = /^\/[\w/]{0,100}$/u.test(first?.pointer ?? "");
  const isWord = /^\w{1,40}$/u.test(first?.code ?? "");
  return `${isSafe ? ` at ${first?.pointer}` : ""}${isWord ? ` (${first?.code})` : ""}`;
}
