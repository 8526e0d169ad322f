import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { VercelReceiver } from "@vercel/slack-bolt";
import { claimOf } from "./claim.ts";
import { serveBolt } from "./serve-bolt.ts";

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

export const POST = serveBolt(receiver);

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
