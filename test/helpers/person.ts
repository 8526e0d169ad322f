import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { createBucket } from "../../lib/storage/s3.ts";
import type { TestStack } from "./stack.ts";

const image = (name: string) => readFile(new URL(`../fixtures/images/${name}`, import.meta.url));
export const PNG = await image("alpha.png");
export const JPG = await image("baseline.jpg");
export const GIF = await image("animated.gif");
export const WEBP = await image("lossy.webp");
export const TWO = [
  { name: "alpha.png", bytes: PNG },
  { name: "baseline.jpg", bytes: JPG },
];
/** An image by its name, but not by its bytes. */
export const FAKE = { name: "fake.png", bytes: Buffer.from("GIF? no."), mimetype: "image/png" };

type NewMessage = Parameters<TestStack["slack"]["postMessage"]>[0];
type View = NonNullable<ReturnType<TestStack["slack"]["viewOf"]>>;
type FieldValue = NonNullable<Parameters<TestStack["slack"]["submitView"]>[0]["values"]>[string];
type Seen = Awaited<ReturnType<TestStack["slack"]["submitView"]>>;

/** A posted message with images, and its files as payloads describe them. */
export interface Posted {
  channel: string;
  ts: string;
  threadTs: string;
  fileIds: string[];
}

/** Posts as a person, without telling the app. */
export function post(stack: TestStack, message: Partial<NewMessage> = {}): Posted {
  const { slack } = stack;
  const files = [{ name: "alpha.png", bytes: PNG }];
  const { message: posted } = slack.postMessage({ channel: "images", files, ...message });
  const channel = [...slack.state.channels.values()].find(
    ({ id, name }) => (message.channel ?? "images") === name || message.channel === id,
  );
  const shared = v.parse(Files, posted);
  const fileIds = [shared, ...shared.attachments].flatMap((from) => from.files.map(({ id }) => id));
  const { ts, thread_ts: threadTs = ts } = posted;
  return { channel: channel?.id ?? "", ts, threadTs, fileIds };
}

const FileList = v.optional(v.array(v.object({ id: v.string() })), []);
const Files = v.object({
  files: FileList,
  attachments: v.optional(v.array(v.object({ files: FileList })), []),
});

/** Posts, and lets the app upload the images. */
export async function upload(stack: TestStack, message: Partial<NewMessage> = {}): Promise<Posted> {
  const posted = post(stack, message);
  await stack.send(stack.slack.envelopeOf(posted.channel, posted.ts));
  await stack.drain();
  return posted;
}

/** Uses the shortcut and waits until the app is done. */
export async function openShortcut(
  stack: TestStack,
  { channel, ts }: Pick<Posted, "channel" | "ts">,
  user?: string,
): Promise<View | undefined> {
  await stack.slack.openShortcut({ channel, ts, user });
  await stack.drain();
  return stack.slack.viewOf(user);
}

interface Press {
  action: "edit_tags" | "delete_image" | "retry_upload";
  fileId?: string | undefined;
  user?: string;
}

/** Presses a button in any part of the reply, and waits until the app is done. */
export async function press(stack: TestStack, posted: Posted, pressed: Press): Promise<Seen> {
  const seen = await pressAtOnce(stack, posted, pressed);
  await stack.drain();
  return seen;
}

export function pressAtOnce(stack: TestStack, posted: Posted, pressed: Press): Promise<Seen> {
  const { action, fileId, user } = pressed;
  for (const reply of repliesTo(stack, posted)) {
    for (const { action_id: actionId, value } of buttonsIn(reply)) {
      if (actionId === action && (fileId === undefined || value.endsWith(`#${fileId}`))) {
        const { channel } = posted;
        return stack.slack.pressButton({ channel, ts: reply.ts, actionId, value, user });
      }
    }
  }
  throw new RangeError(`Cannot press ${action}: no such button`);
}

/** Presses "Edit link & description", which opens the modal. */
export async function openEdit(
  stack: TestStack,
  posted: Posted,
  { fileId = posted.fileIds[0], user }: { fileId?: string | undefined; user?: string } = {},
): Promise<View | undefined> {
  await press(stack, posted, { action: "edit_tags", fileId, ...(user !== undefined && { user }) });
  return stack.slack.viewOf(user);
}

/** Fills in the top modal's fields, by the beginning of their `block_id`, submits it, and waits. */
export async function submit(
  stack: TestStack,
  fields: Record<string, FieldValue> = {},
  user?: string,
): Promise<Seen> {
  const seen = await submitAtOnce(stack, fields, user);
  await stack.drain();
  return seen;
}

export function submitAtOnce(
  stack: TestStack,
  fields: Record<string, FieldValue>,
  user?: string,
): Promise<Seen> {
  const view = stack.slack.viewOf(user);
  const entries = Object.entries(fields).map(([start, value]) => [fieldOf(view, start), value]);
  const values: Record<string, FieldValue> = Object.fromEntries(entries);
  return stack.slack.submitView({ viewId: view?.id ?? "", user, values });
}

/** Returns the `block_id` of the first input whose id begins so: "alt", "alt:F1". */
export function fieldOf(view: View | undefined, start: string): string {
  const ids = inputsIn(view).map(({ blockId }) => blockId);
  const found = ids.find((id) => id === start || id.startsWith(`${start}:`));
  if (found === undefined) {
    throw new RangeError(`Cannot find field ${start} among ${ids.join(", ")}`);
  }
  return found;
}

/** Returns the initial values of a modal's inputs, by field and file: `{ "alt:F1": "A sunrise" }`. */
export function valuesIn(view: View | undefined): Record<string, string> {
  const entries = inputsIn(view).map(({ blockId, initial }) => [
    blockId.split(":").slice(0, 2).join(":"),
    initial,
  ]);
  return Object.fromEntries(entries);
}

const Input = v.object({
  type: v.literal("input"),
  block_id: v.string(),
  element: v.object({
    initial_value: v.optional(v.string(), ""),
    initial_options: v.optional(v.array(v.object({ value: v.string() })), []),
  }),
});

function inputsIn(view: View | undefined): { blockId: string; initial: string }[] {
  return (view?.blocks ?? [])
    .filter((block) => v.is(Input, block))
    .map((block) => v.parse(Input, block))
    .map(({ block_id: blockId, element }) => ({
      blockId,
      initial: element.initial_value || element.initial_options.map(({ value }) => value).join(","),
    }));
}

/** Returns the app's messages in the thread, oldest first. */
export function repliesTo(stack: TestStack, { channel, threadTs }: Posted) {
  return stack.slack.thread(channel, threadTs).filter(({ bot_id }) => bot_id !== undefined);
}

/** Returns every text in rich text blocks, in order. */
export function textsIn(node: unknown): string[] {
  return textsOfType(node, "text");
}

/** Returns the texts in small grey type, in order. */
export function contextsIn(node: unknown): string[] {
  if (typeof node !== "object" || node === null) {
    return [];
  }
  const isContext = "type" in node && node.type === "context";
  return isContext
    ? [textsOfType(node, "plain_text").join("")]
    : Object.values(node).flatMap(contextsIn);
}

/** Returns the tags that can be copied, in order. */
export function tagsIn(node: unknown): string[] {
  if (typeof node !== "object" || node === null) {
    return [];
  }
  const isTag = "type" in node && node.type === "rich_text_preformatted";
  return isTag ? [textsIn(node).join("")] : Object.values(node).flatMap(tagsIn);
}

export function tagsShown(stack: TestStack, posted: Posted): string[] {
  return repliesTo(stack, posted).flatMap(({ blocks }) => tagsIn(blocks));
}

const ButtonElement = v.object({
  type: v.literal("button"),
  action_id: v.string(),
  value: v.string(),
});

export function buttonsIn(node: unknown): v.InferOutput<typeof ButtonElement>[] {
  if (typeof node !== "object" || node === null) {
    return [];
  }
  const button = v.safeParse(ButtonElement, node);
  return button.success ? [button.output] : Object.values(node).flatMap(buttonsIn);
}

function textsOfType(node: unknown, type: string): string[] {
  if (typeof node !== "object" || node === null) {
    return [];
  }
  const isText = "type" in node && node.type === type && "text" in node;
  return isText
    ? [String(node.text)]
    : Object.values(node).flatMap((child) => textsOfType(child, type));
}

const LooseRecord = v.pipe(
  v.string(),
  v.parseJson(),
  v.looseObject({
    lease: v.optional(v.looseObject({ id: v.string() })),
    reply: v.optional(v.object({ channelId: v.string(), ts: v.array(v.string()) })),
    submissions: v.optional(v.array(v.looseObject({ id: v.string() }))),
    images: v.array(
      v.looseObject({
        requestedBy: v.array(v.string()),
        fileId: v.string(),
        uuid: v.string(),
        state: v.string(),
        alt: v.string(),
        link: v.optional(v.string()),
        decorative: v.optional(v.boolean()),
      }),
    ),
  }),
);

/** Returns the only record. */
export function recordIn(stack: TestStack) {
  const [record, ...others] = [
    ...stack.s3.objects("state/messages/"),
    ...stack.s3.objects("state/forms/"),
  ];
  if (record === undefined || others.length > 0) {
    throw new Error(`expected one record, found ${others.length + (record ? 1 : 0)}`);
  }
  return { key: record.key, ...v.parse(LooseRecord, record.body.toString()) };
}

/** Returns the keys of all markers. */
export function markersIn({ s3 }: TestStack): string[] {
  return s3.objects("state/open/").map(({ key }) => key);
}

/** Returns what people wrote, by file. */
export function writtenIn(stack: TestStack) {
  return Object.fromEntries(
    recordIn(stack).images.map(({ fileId, alt, link, decorative }) => [
      fileId,
      {
        alt,
        ...(link !== undefined && { link }),
        ...(decorative !== undefined && { decorative }),
      },
    ]),
  );
}

/** Sweeps as Vercel Cron does, with `CRON_SECRET=cron-secret`, and returns the report. */
export async function sweep(stack: TestStack, app = stack.app): Promise<unknown> {
  const request = new Request("https://app.example.com/api/cron/reconcile", {
    headers: { authorization: "Bearer cron-secret" },
  });
  const response = await app.reconcile(request);
  return response.ok ? response.json() : response.status;
}

/** Returns the ephemeral messages to this person, in order. */
export function toldTo(stack: TestStack, name: string): string[] {
  const user = [...stack.slack.state.users.values()].find((one) => one.name === name);
  return stack.slack.state.ephemerals.filter(({ to }) => to === user?.id).map(({ text }) => text);
}

export function callsTo(stack: TestStack, method: string) {
  return stack.slack.requests.filter((request) => request.method === method);
}

/** Deletes the record, as a person with access to the bucket might. */
export async function deleteRecord(stack: TestStack): Promise<void> {
  const bucket = bucketOf(stack);
  for (const { key } of stack.s3.objects("state/")) {
    await bucket.delete(key);
  }
}

/** Opens the app's bucket, for what only other programs would do to it. */
export function bucketOf({ s3, clock }: TestStack) {
  return createBucket({
    bucket: s3.bucket,
    region: s3.region,
    endpoint: s3.endpoint,
    credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
    clock,
  });
}
