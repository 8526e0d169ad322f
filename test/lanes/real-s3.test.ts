import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { expect, it } from "vitest";
import { startLocalSlack } from "../../dev/local-slack/server.ts";
import { provideRequestContext } from "../../dev/request-context.ts";
import { createApp } from "../../lib/app.ts";
import manifest from "../../manifest.json" with { type: "json" };
import { openContractStore } from "../helpers/contract-store.ts";
import { createS3Client, ensureBucket } from "../helpers/s3-client.ts";
import { signedRequest } from "../helpers/stack.ts";
import { expectWholeUpload } from "../helpers/whole-upload.ts";

it("a real S3 server takes one whole upload, delivered twice", async () => {
  await using store = await openContractStore();
  await using slack = await startLocalSlack({ manifest });
  const client = createS3Client(store);
  await ensureBucket(client, store.bucket);
  const context = provideRequestContext();
  const app = createApp({
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_API_URL: slack.apiUrl,
    S3_BUCKET: store.bucket,
    S3_REGION: store.region,
    S3_ENDPOINT: store.endpoint,
    AWS_ACCESS_KEY_ID: store.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
    PUBLIC_BASE_URL: "https://cdn.example.com",
  });
  const urls = await expectWholeUpload(slack, async (envelope) => {
    for (const delivery of [1, 2]) {
      const request = signedRequest(slack, JSON.stringify(envelope), { nowMs: Date.now() });
      const response = await context.run(() => app.events(request));
      expect([delivery, response.status]).toEqual([delivery, 200]);
    }
    await context.drain();
  });
  for (const url of urls) {
    const Key = new URL(url).pathname.slice(1);
    const head = await client.send(new HeadObjectCommand({ Bucket: store.bucket, Key }));
    expect(head).toMatchObject({
      CacheControl: "public, max-age=31536000, immutable",
      ContentType: expect.stringMatching(/^image\/(?:png|jpeg)$/u),
    });
  }
});
