import { expect } from "vitest";
import { createApp, type App } from "../../lib/app.ts";
import type { Clock } from "../../lib/clock.ts";
import {
  openShortcut,
  post,
  type Posted,
  press,
  repliesTo,
  submit,
  tagsShown,
} from "../helpers/person.ts";
import type { TestStack } from "../helpers/stack.ts";
import { CHANNEL, expectDone, expectStored, IMAGES, startUploadStack, sweep } from "./upload.ts";

/** A message with images, what happens to it, and the faults that end with the faulty run. */
export interface Scene {
  stack: TestStack;
  posted: Posted;
  isOn: boolean;
  /** The environment of the instances that are started from now on. */
  env: Record<string, string>;
  /** How much the clocks of these instances, and of S3, are fast. */
  skewMs: number;
  s3SkewMs: number;
  createInstance: () => App;
  /** Work that a fault started on the side. */
  aside: Promise<unknown>[];
  /** How the fault ends, unless it is permanent. */
  lifts: (() => void)[];
  isForGood: boolean;
}

/** The act of a person while the fault lasts. `before` runs without faults. */
interface Via {
  before?: (scene: Scene) => Promise<unknown>;
  act: (scene: Scene) => Promise<unknown>;
  env?: Record<string, string>;
  files?: Parameters<TestStack["slack"]["postMessage"]>[0]["files"];
}

/** One image's tag fills one part of the reply. */
const LONG_TAGS = { TAG_FORMATS: "custom", TAG_TEMPLATE: "{url}".repeat(60) };

export const VIA = {
  /** Slack delivers the message. */
  message: { act: deliver },
  /** Slack delivers the message with stubs, so that the app has to ask for the files. */
  stubs: { act: deliver, files: IMAGES.map((file) => ({ ...file, isConnectStub: true })) },
  /** Slack delivers the message, and the app has to search the thread for its reply. */
  unanswered: { act: deliverUnanswered },
  /** The message is never delivered; the sweep finds it, in a configured channel or in any. */
  lost: { act: sweepNow },
  everywhere: { act: sweepNow, env: { CHANNEL_IDS: "" } },
  /** The message is never delivered; a person uses the shortcut. */
  shortcut: { act: useShortcut },
  /** A person who may not presses "Delete". */
  stranger: { before: deliver, act: pressAsStranger },
  /** The second image is deleted, and with it the second part of the reply. */
  deletion: { before: deliver, act: deleteSecond, env: LONG_TAGS, files: IMAGES.slice(0, 2) },
} as const satisfies Record<string, Via>;

export async function startScene({ env = {}, files = IMAGES }: Via): Promise<Scene> {
  const stack = await startUploadStack(env, {
    scopes: ["channels:read", "groups:read"],
    s3Now: () => Date.now() + scene.s3SkewMs,
  });
  const scene: Scene = {
    stack,
    posted: post(stack, { files }),
    isOn: true,
    env: {},
    skewMs: 0,
    s3SkewMs: 0,
    createInstance: () => createApp({ ...stack.env, ...scene.env }, { clock: fastClock(scene) }),
    aside: [],
    lifts: [],
    isForGood: false,
  };
  return scene;
}

/** Ends the faults, unless they are permanent. */
export function endFault(scene: Scene): void {
  if (scene.isForGood) {
    return;
  }
  scene.isOn = false;
  for (const lift of scene.lifts) {
    lift();
  }
}

function fastClock({ stack, skewMs }: Scene): Clock {
  const { clock } = stack;
  return { now: () => clock.now() + skewMs, sleep: (...args) => clock.sleep(...args) };
}

async function deliver({ stack, posted, createInstance }: Scene): Promise<void> {
  await stack.send(stack.slack.envelopeOf(CHANNEL, posted.ts), { app: createInstance() });
  await stack.drain();
}

function deliverUnanswered(scene: Scene): Promise<void> {
  scene.stack.slack.fault({ on: "chat.postMessage", kind: "executed_then_reset" });
  return deliver(scene);
}

function sweepNow({ createInstance }: Scene): Promise<number> {
  return sweep(createInstance());
}

async function useShortcut({ stack, posted, createInstance }: Scene): Promise<void> {
  stack.serveFrom(createInstance());
  if ((await openShortcut(stack, posted)) !== undefined) {
    await submit(stack);
  }
}

function pressAsStranger({ stack, posted, createInstance }: Scene) {
  stack.serveFrom(createInstance());
  return press(stack, posted, { action: "delete_image", user: "minho" });
}

function deleteSecond({ stack, posted, createInstance }: Scene) {
  stack.serveFrom(createInstance());
  expect(repliesTo(stack, posted)).toHaveLength(2);
  return press(stack, posted, { action: "delete_image", fileId: posted.fileIds[1] });
}

/** Everything is as in a run without faults. */
export function allDone({ stack, posted }: Scene): void {
  expectDone(stack, posted);
}

/** The images with these numbers failed with this code (all, if none is named); the others are published. */
export function failed(code: FailureCode, ...numbers: number[]) {
  return ({ stack, posted }: Scene): void => expectDone(stack, posted, imagesWith(code, numbers));
}

/** The images failed, and the thread for the reply no longer exists. */
export function failedInSilence(code: FailureCode) {
  return ({ stack, posted }: Scene): void => {
    expectStored(stack, posted, imagesWith(code, []));
    expect(repliesTo(stack, posted)).toEqual([]);
  };
}

type FailureCode =
  | "too_large"
  | "no_access"
  | "gone"
  | "external"
  | "not_downloaded"
  | "not_stored";

function imagesWith(code: FailureCode, numbers: readonly number[]) {
  return IMAGES.map((image, index) =>
    numbers.length === 0 || numbers.includes(index + 1) ? { ...image, code } : image,
  );
}

/** Everything is stored, and the thread for the reply no longer exists. */
export function doneInSilence({ stack, posted }: Scene): void {
  expectStored(stack, posted);
  expect(repliesTo(stack, posted)).toEqual([]);
}

/** Everything is stored, and the reply in the thread could no longer be edited. */
export function doneUnseen({ stack, posted }: Scene): void {
  expectStored(stack, posted);
  expect(repliesTo(stack, posted).map(({ text }) => text)).toEqual(["Uploading 3 images…"]);
}

export function secondDeleted({ stack, posted }: Scene): void {
  expect(stack.s3.objects("images/")).toHaveLength(1);
  const replies = repliesTo(stack, posted);
  expect(replies).toHaveLength(1);
  expect(JSON.stringify(replies)).toContain("deleted");
  expect(tagsShown(stack, posted)).toEqual([
    expect.stringContaining(stack.s3.objects("images/")[0]?.key ?? ""),
  ]);
}

/** Nothing changed. */
export function leftAlone({ stack }: Scene): void {
  const records = stack.s3.objects("state/messages/").map(({ body }) => body.toString());
  expect(records).toHaveLength(1);
  expect(UNREADABLE).toContain(records[0]);
  expect(stack.s3.objects("images/")).toEqual([]);
  expect(stack.slack.requests.filter(({ method }) => method.startsWith("chat."))).toEqual([]);
}

export const UNREADABLE = ["{", '{"version":2,"state":"uploading"}'] as const;
