import { randomUUID } from "node:crypto";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { expect, it } from "vitest";
import { startLocalSlack } from "../../dev/local-slack/server.ts";
import { provideRequestContext } from "../../dev/stack/request-context.ts";
import { createApp } from "../../lib/app.ts";
import { systemClock } from "../../lib/clock.ts";
import { type Bucket, createBucket } from "../../lib/storage/s3.ts";
import manifest from "../../manifest.json" with { type: "json" };
import { openContractStore } from "../helpers/contract-store.ts";
import { createS3Client, ensureBucket } from "../helpers/s3-client.ts";
import { signedRequest } from "../helpers/stack.ts";
import { expectWholeUpload } from "../helpers/whole-upload.ts";

it("with a real S3 server, a message that is delivered three times is uploaded once", async () => {
  await using store = await openContractStore();
  await using slack = await startLocalSlack({ manifest });
  const client = createS3Client(store);
  await ensureBucket(client, store.bucket);
  const context = provideRequestContext();
  const root = `lane-${randomUUID()}/`;
  const env = {
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_API_URL: slack.apiUrl,
    S3_BUCKET: store.bucket,
    S3_REGION: store.region,
    S3_ENDPOINT: store.endpoint,
    AWS_ACCESS_KEY_ID: store.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
    AWS_SESSION_TOKEN: store.sessionToken,
    PUBLIC_BASE_URL: "https://cdn.example.com",
    IMAGE_PREFIX: `${root}images/`,
    STATE_PREFIX: `${root}state/`,
  };
  // Two deliveries at the same time, to instances that share nothing, and a late one.
  const instances = [createApp(env), createApp(env)];
  const urls = await expectWholeUpload(slack, async (envelope) => {
    const deliver = async (app = instances[0]) => {
      const request = signedRequest(slack, JSON.stringify(envelope), { nowMs: Date.now() });
      const response = await context.run(() => app?.events(request));
      expect(response?.status).toBe(200);
    };
    await Promise.all(instances.map(deliver));
    await deliver();
    await context.drain();
  });

  // All work has ended, so these are all objects that there will be.
  const { bucket: name, region, endpoint, ...credentials } = store;
  const bucket = createBucket({ bucket: name, region, endpoint, credentials, clock: systemClock });
  const threads = [...slack.state.messages.values()].flat();
  expect(threads.filter(({ bot_id }) => bot_id !== undefined)).toHaveLength(1);
  const keys = urls.map((url) => new URL(url).pathname.slice(1));
  expect(await listKeys(bucket, env.IMAGE_PREFIX)).toEqual(keys.toSorted());
  expect(await listKeys(bucket, `${env.STATE_PREFIX}messages/`)).toHaveLength(1);
  expect(await listKeys(bucket, `${env.STATE_PREFIX}open/`)).toEqual([]);
  for (const Key of keys) {
    const head = await client.send(new HeadObjectCommand({ Bucket: store.bucket, Key }));
    expect(head).toMatchObject({
      CacheControl: "public, max-age=31536000, immutable",
      ContentType: expect.stringMatching(/^image\/(?:png|jpeg)$/u),
    });
  }
  for (const key of await listKeys(bucket, root)) {
    await bucket.delete(key);
  }
});

async function listKeys(bucket: Bucket, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of bucket.list(prefix)) {
    keys.push(key);
  }
  return keys;
}
