import { expect } from "vitest";
import * as v from "valibot";
import type { App } from "../../lib/app.ts";
import {
  GIF,
  JPG,
  markersIn,
  openEdit,
  openShortcut,
  PNG,
  post,
  type Posted,
  pressAtOnce,
  submitAtOnce,
  sweep,
  tagsIn,
  upload,
} from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";
import { LEASE_AND_MORE_MS } from "./upload.ts";

/** A wish of a person: the preparation, the act, and the promise of a 200. */
export interface Intent {
  prepare: (stack: TestStack) => Promise<Posted>;
  /** Returns the status of the answer, if there was one. */
  act: (
    stack: TestStack,
    posted: Posted,
    instance?: Pick<App, "events">,
  ) => Promise<number | undefined>;
  expectKept: (stack: TestStack, posted: Posted) => void;
}

export const FILES = [
  { name: "alpha.png", bytes: PNG },
  { name: "baseline.jpg", bytes: JPG },
  { name: "animated.gif", bytes: GIF },
];
const NOWHERE: Posted = { channel: "", ts: "", threadTs: "", fileIds: [] };

export const INTENTS = {
  upload: {
    prepare: async (stack) => post(stack, { files: FILES }),
    act: async (stack, { channel, ts }, app = stack.app) =>
      (await stack.send(stack.slack.envelopeOf(channel, ts), { app })).status,
    expectKept: (stack) => expectImages(stack, ["uploaded", "uploaded", "uploaded"]),
  },
  shortcut: {
    async prepare(stack) {
      const posted = post(stack, { files: FILES });
      await openShortcut(stack, posted);
      return posted;
    },
    act: async (stack) => statusOf(submitAtOnce(stack, { alt: "A square" })),
    expectKept(stack) {
      expectImages(stack, ["uploaded", "uploaded", "uploaded"]);
      expect(onlyRecord(stack).images[0]?.alt).toBe("A square");
    },
  },
  form: {
    async prepare(stack) {
      await stack.slack.slashCommand({ channel: "general" });
      await stack.drain();
      return NOWHERE;
    },
    act: (stack) => statusOf(submitAtOnce(stack, { files: FILES, alt: "Things" })),
    expectKept(stack) {
      expectImages(stack, ["uploaded", "uploaded", "uploaded"]);
      expect(onlyRecord(stack).images.map(({ alt }) => alt)).toEqual([
        "Things",
        "Things",
        "Things",
      ]);
    },
  },
  edit: {
    async prepare(stack) {
      const posted = await upload(stack, { files: FILES });
      await openEdit(stack, posted, { fileId: posted.fileIds[1] });
      return posted;
    },
    act: (stack) => statusOf(submitAtOnce(stack, { alt: "A harbour" })),
    expectKept: (stack) => expect(onlyRecord(stack).images[1]?.alt).toBe("A harbour"),
  },
  deletion: {
    prepare: (stack) => upload(stack, { files: FILES }),
    act: (stack, posted) =>
      statusOf(pressAtOnce(stack, posted, { action: "delete_image", fileId: posted.fileIds[0] })),
    expectKept: (stack) => expect(onlyRecord(stack).images[0]?.state).toBe("deleted"),
  },
  retry: {
    async prepare(stack) {
      stack.s3.fault({ on: "PUT", kind: "forbidden", key: /\.gif$/u, times: 1 });
      return upload(stack, { files: FILES });
    },
    act: (stack, posted) => statusOf(pressAtOnce(stack, posted, { action: "retry_upload" })),
    expectKept: (stack) => expectImages(stack, ["uploaded", "uploaded", "uploaded"]),
  },
} as const satisfies Record<string, Intent>;

export function startIntentStack(): Promise<TestStack> {
  return startTestStack(
    {
      CRON_SECRET: "cron-secret",
      CHANNEL_IDS: "C0LOCAL001",
      ADMIN_USER_IDS: "U0LOCAL002",
    },
    { hasCdn: true },
  );
}

/** Sweeps as Vercel Cron does, each time on a new instance, until nothing is open: three times at most. */
export async function sweepUntilDone(stack: TestStack): Promise<void> {
  for (let sweeps = 0; sweeps < 3; sweeps += 1) {
    stack.clock.nowMs += LEASE_AND_MORE_MS;
    await sweep(stack, stack.createInstance());
    if (markersIn(stack).length === 0) {
      return;
    }
  }
}

/**
 * Expects objects, record and conversation to agree: one object per published image and no other, none of a deleted image
 * at the CDN, one reply with exactly the record's tags, and no marker left.
 */
export function expectInLine(stack: TestStack): void {
  expect(markersIn(stack)).toEqual([]);
  const { images, reply, lease } = onlyRecord(stack);
  expect(lease).toBeUndefined();
  const published = images.filter(({ state }) => state === "uploaded");
  const keys = stack.s3.objects("images/").map(({ key }) => key);
  expect(new Set(keys)).toEqual(new Set(published.map(({ key }) => key)));
  expectForgotten(stack);
  const replies = [...stack.slack.state.messages.values()]
    .flat()
    .filter(({ bot_id }) => bot_id !== undefined);
  expect(replies.map(({ ts }) => ts)).toEqual(reply?.ts);
  expect(replies).toHaveLength(1);
  const shown = replies.flatMap(({ blocks }) => tagsIn(blocks));
  expect(shown).toEqual(
    published.map(({ key, alt, link }) =>
      expect.stringMatching(
        new RegExp(`^${linkTo(link)}<img src="[^"]*${key}" alt="${alt ?? ""}" width`, "u"),
      ),
    ),
  );
}

const UUID_LENGTH = 36;

/** Expects an invalidation for each deleted image and for no other, made when its objects were gone. */
function expectForgotten(stack: TestStack): void {
  const deleted = onlyRecord(stack).images.filter(({ state }) => state === "deleted");
  const references = [...(stack.cdn?.invalidations.keys() ?? [])];
  const uuids = references.map((reference) => reference.slice(0, UUID_LENGTH));
  expect(new Set(uuids)).toEqual(new Set(deleted.map(({ uuid }) => uuid)));
  expect(stack.cdn?.requests.flatMap(({ objectsLeft }) => objectsLeft)).toEqual([]);
}

function linkTo(link: string | undefined): string {
  return link === undefined ? "" : `<a href="${link}">`;
}

function expectImages(stack: TestStack, states: readonly string[]): void {
  expect(onlyRecord(stack).images.map(({ state }) => state)).toEqual(states);
}

export function isRecorded(stack: TestStack): boolean {
  return recordsIn(stack).length > 0;
}

export function onlyRecord(stack: TestStack): v.InferOutput<typeof LooseRecord> {
  const [record, ...others] = recordsIn(stack);
  expect(others).toEqual([]);
  return v.parse(LooseRecord, record?.body.toString());
}

function recordsIn({ s3 }: TestStack) {
  return [...s3.objects("state/messages/"), ...s3.objects("state/forms/")];
}

const LooseRecord = v.pipe(
  v.string(),
  v.parseJson(),
  v.looseObject({
    lease: v.optional(v.unknown()),
    reply: v.optional(v.object({ channelId: v.string(), ts: v.array(v.string()) })),
    images: v.array(
      v.looseObject({
        uuid: v.string(),
        state: v.string(),
        key: v.optional(v.string()),
        alt: v.optional(v.string()),
        link: v.optional(v.string()),
      }),
    ),
  }),
);

export async function statusOf(
  acting: Promise<{ ack?: { status?: number | undefined } }>,
): Promise<number | undefined> {
  return (await acting).ack?.status;
}
