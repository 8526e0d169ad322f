import { createHash } from "node:crypto";
import { expect } from "vitest";
import * as v from "valibot";
import type { App } from "../../lib/app.ts";
import {
  GIF,
  JPG,
  markersIn,
  PNG,
  type Posted,
  repliesTo,
  tagsShown,
  textsIn,
} from "../helpers/person.ts";
import { startTestStack, type StackOptions, type TestStack } from "../helpers/stack.ts";

const SECRET = "cron-secret";
export const CHANNEL = "C0LOCAL001";

/** The images that these tests upload, and how their tags begin and end. */
export const IMAGES = [
  { name: "alpha.png", bytes: PNG, size: 'width="48" height="32"' },
  { name: "baseline.jpg", bytes: JPG, size: 'width="48" height="32"' },
  { name: "animated.gif", bytes: GIF, size: 'width="48" height="32"' },
] as const;

export function startUploadStack(changed = {}, options: StackOptions = {}): Promise<TestStack> {
  return startTestStack({ CRON_SECRET: SECRET, CHANNEL_IDS: CHANNEL, ...changed }, options);
}

export const LEASE_AND_MORE_MS = 6 * 60_000;

/** Sweeps as Vercel Cron does, each time on a new instance: once, and again if that was not enough. */
export async function sweepUntilDone(
  stack: TestStack,
  posted: Posted,
  createInstance: () => App = () => stack.createInstance(),
): Promise<void> {
  for (let sweeps = 0; sweeps < 2; sweeps += 1) {
    stack.clock.nowMs += LEASE_AND_MORE_MS;
    await sweep(createInstance());
    if (stack.s3.objects(recordKeyOf(stack, posted)).length > 0 && markersIn(stack).length === 0) {
      return;
    }
  }
}

/** Sweeps as Vercel Cron does, and returns the status. */
export async function sweep(app: App): Promise<number> {
  const request = new Request("https://app.example.com/api/cron/reconcile", {
    headers: { authorization: `Bearer ${SECRET}` },
  });
  return (await app.reconcile(request)).status;
}

/** The expected outcome of an image: published with its bytes, or failed with a sentence that says why. */
export interface ExpectedImage {
  bytes: Uint8Array;
  size: string;
  alt?: string;
  code?: keyof typeof SENTENCES;
}

/** The beginnings of the sentences in the reply. */
const SENTENCES = {
  too_large: " — It is 1.6 kB; the limit is 1 kB.",
  no_access: " — The app can't read this file.",
  gone: " — This file is no longer in Slack.",
  external: " — This file is stored outside Slack or belongs to another organization.",
  not_downloaded: " — It couldn't be downloaded from Slack.",
  not_stored: " — It couldn't be stored.",
} as const;

/**
 * Expects one object per published image with its bytes, and one reply with every tag and every sentence. By default, all
 * images are expected to be published.
 */
export function expectDone(
  stack: TestStack,
  posted: Posted,
  images: readonly ExpectedImage[] = IMAGES,
): void {
  expectStored(stack, posted, images);
  const published = images.flatMap((image, index) => {
    const key = recordOf(stack, posted).images[index]?.key;
    return image.code === undefined ? [{ ...image, key }] : [];
  });
  const replies = repliesTo(stack, posted);
  expect(replies.map(({ ts }) => ts)).toEqual(recordOf(stack, posted).reply?.ts);
  expect(replies).toHaveLength(1);
  expect(tagsShown(stack, posted)).toEqual(
    published.map(
      ({ key, alt = "", size }) =>
        `<img src="${stack.s3.publicBaseUrl}/${key}" alt="${alt}" ${size}>`,
    ),
  );
  const failures = textsIn(replies).filter((text) => text.startsWith(" — "));
  const sentences = images.flatMap(({ code }) => (code === undefined ? [] : [SENTENCES[code]]));
  expect(failures).toEqual(sentences.map((sentence) => expect.stringContaining(sentence)));
}

/** Expects the same without the reply. */
export function expectStored(
  stack: TestStack,
  posted: Posted,
  images: readonly ExpectedImage[] = IMAGES,
): void {
  const { images: recorded } = recordOf(stack, posted);
  expect(recorded).toHaveLength(images.length);
  const objects = new Map(stack.s3.objects("images/").map(({ key, body }) => [key, hashOf(body)]));
  const outcomes = recorded.map(({ key = "", code }) => ({ code, hash: objects.get(key) }));
  expect(outcomes).toEqual(
    images.map(({ code, bytes }) => ({
      code,
      hash: code === undefined ? hashOf(bytes) : undefined,
    })),
  );
  expect(objects.size).toBe(images.filter(({ code }) => code === undefined).length);
}

/** Compares hashes, because comparing byte by byte takes as long as the rest of a test. */
function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function recordKeyOf(stack: TestStack, { channel, ts }: Posted): string {
  return `state/messages/${stack.slack.teamId}/${channel}/${ts}.json`;
}

export function recordOf(stack: TestStack, posted: Posted): LooseRecord {
  const [stored] = stack.s3.objects(recordKeyOf(stack, posted));
  return v.parse(LooseRecord, String(stored?.body));
}

const LooseRecord = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    reply: v.optional(v.object({ channelId: v.string(), ts: v.array(v.string()) })),
    images: v.array(
      v.object({
        state: v.string(),
        key: v.optional(v.string()),
        code: v.optional(v.string()),
      }),
    ),
  }),
);
type LooseRecord = v.InferOutput<typeof LooseRecord>;
