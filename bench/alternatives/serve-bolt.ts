import { App } from "@slack/bolt";
import { createHandler, type VercelReceiver } from "@vercel/slack-bolt";

/** Makes an app as the READMEs of Bolt and of its receiver for Vercel set it up, with a listener for messages. */
export function serveBolt(receiver: VercelReceiver) {
  const app = new App({
    token: process.env["SLACK_BOT_TOKEN"] ?? "",
    signingSecret: process.env["SLACK_SIGNING_SECRET"] ?? "",
    clientOptions: { slackApiUrl: process.env["SLACK_API_URL"] ?? "" },
    receiver,
    deferInitialization: true,
  });
  app.message(async () => undefined);
  return createHandler(app, receiver);
}
