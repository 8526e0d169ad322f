import { isTokenDead, SlackApiError } from "../slack/api-call.ts";
import { type Check, failed, skipped } from "./check.ts";

/** Runs checks of Slack. A refusal that they do not explain themselves is the only check then. */
export async function askSlack(name: string, check: () => Promise<Check>): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof SlackApiError)) {
      throw error;
    }
    return explain(name, error);
  }
}

function explain(name: string, error: SlackApiError): Check {
  const { code, needed } = error;
  if (isTokenDead(error) || code === "token_expired") {
    return failed(
      name,
      `Slack does not accept SLACK_BOT_TOKEN: ${code}.`,
      "Install the app, and set SLACK_BOT_TOKEN to the Bot User OAuth Token under OAuth & Permissions.",
    );
  }
  switch (code) {
    case "unavailable":
      return failed(
        name,
        "Slack does not answer.",
        "Check SLACK_API_URL and this network, and look at status.slack.com.",
      );
    case "rate_limited":
      return skipped(name, "Slack answers too many calls just now.", "Run the doctor again later.");
    case "missing_scope":
      return failed(
        name,
        `Slack refuses: the scope ${needed ?? "of this method"} is missing.`,
        "Add the scope under OAuth & Permissions, and reinstall the app.",
      );
    default:
      return failed(
        name,
        `Slack refuses: ${code}.`,
        "Look the word up at docs.slack.dev, and reinstall the app from manifest.json if that does not help.",
      );
  }
}
