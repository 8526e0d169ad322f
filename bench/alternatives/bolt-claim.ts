import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { App } from "@slack/bolt";
import { createHandler, VercelReceiver } from "@vercel/slack-bolt";
import { claimOf } from "./claim.ts";

/**
 * Bolt answers an event before it calls any listener, so the claim is made in `beforeProcess`, which the receiver's
 * README names for work between verification and Bolt.
 */
const s3 = new S3Client({
  region: process.env["S3_REGION"] ?? "",
  endpoint: process.env["S3_ENDPOINT"] ?? "",
  forcePathStyle: true,
});
const receiver = new VercelReceiver({
  async beforeProcess(_request, body) {
    const { team_id, event } = body;
    if (event?.files !== undefined) {
      await Promise.all(
        claimOf({ type: "event_callback", team_id, event }).map((object) => put(object)),
      );
    }
    return undefined;
  },
});
const app = new App({
  token: process.env["SLACK_BOT_TOKEN"] ?? "",
  signingSecret: process.env["SLACK_SIGNING_SECRET"] ?? "",
  clientOptions: { slackApiUrl: process.env["SLACK_API_URL"] ?? "" },
  receiver,
  deferInitialization: true,
});
app.message(async () => undefined);

export const POST = createHandler(app, receiver);

function put({ key, body }: { key: string; body: string }) {
  return s3.send(
    new PutObjectCommand({
      Bucket: process.env["S3_BUCKET"],
      Key: key,
      Body: body,
      ContentType: "application/json",
      IfNoneMatch: "*",
    }),
  );
}
