import { App } from "@slack/bolt";
import { createHandler, VercelReceiver } from "@vercel/slack-bolt";

/** An app as the READMEs of Bolt and of its receiver for Vercel set it up, with a listener for messages. */
const receiver = new VercelReceiver();
const app = new App({
  token: process.env["SLACK_BOT_TOKEN"] ?? "",
  signingSecret: process.env["SLACK_SIGNING_SECRET"] ?? "",
  clientOptions: { slackApiUrl: process.env["SLACK_API_URL"] ?? "" },
  receiver,
  deferInitialization: true,
});
app.message(async () => undefined);

export const POST = createHandler(app, receiver);
