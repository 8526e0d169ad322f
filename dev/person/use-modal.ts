import { basename } from "node:path";
import * as v from "valibot";
import { FILES_BLOCK } from "../../lib/blocks/modals.ts";
import { TAG_FIELDS } from "../../lib/blocks/tag-fields.ts";
import { CATALOGUES } from "../../lib/i18n/catalogues.ts";
import { type Message, type Seen, View } from "../control/slack-answers.ts";
import type { SlackControl } from "../control/slack-control.ts";
import { renderBlock } from "../terminal/render-block.ts";
import { renderAck, renderWhispers } from "../terminal/render-seen.ts";
import { fieldsOf, renderView } from "../terminal/render-view.ts";
import { waitFor } from "./wait-for.ts";

/** The values to type. Fields that are left out stay as they are. */
export interface Entries {
  link: string | undefined;
  alt: string | undefined;
  decorative: boolean | undefined;
}

interface ModalUse extends Entries {
  user: string | undefined;
  /** Describes `open` for the terminal. */
  action: string;
  open: () => Promise<Seen>;
  /** The owner of the fields: a file's id, or the form's name. */
  subject: string;
  /** Paths of files, for the form that takes files. */
  files?: readonly string[];
  print: (text: string) => void;
}

/** Opens a modal, fills it in, sends it and prints every step. Returns the final view if it was sent. */
export async function useModal(slack: SlackControl, use: ModalUse): Promise<View | undefined> {
  const { user, print } = use;
  await closeModal(slack, user);
  const told = (await slack.ephemerals(user)).length;
  print(use.action + renderAck(await use.open()));
  const { view, whispers } = await waitForModal(slack, { user, told });
  if (view === undefined) {
    print(renderWhispers(whispers));
    return undefined;
  }
  print(renderView(view));
  const result = isForm(view) ? await fillInAndSend(slack, { view, use }) : undefined;
  await closeModal(slack, user);
  return result;
}

async function fillInAndSend(
  slack: SlackControl,
  { view, use }: { view: View; use: ModalUse },
): Promise<View | undefined> {
  const { user, print, files = [] } = use;
  const values = toValues(view, use);
  const chosen = files.length > 0 ? { [FILES_BLOCK]: files } : {};
  const seen = await slack.submit({ viewId: view.id, user, values, files: chosen });
  print(describeEntries(view, { values, files }) + renderAck(seen));
  if (Object.keys(seen.errors).length > 0) {
    print(renderView(seen.view ?? view, seen.errors));
    return undefined;
  }
  const answer = readAnswer(seen);
  if (answer === undefined) {
    print("The modal is closed.");
    return undefined;
  }
  print(renderView(answer));
  if (!isProgress(answer)) {
    return answer;
  }
  const result = await waitFor(
    () => slack.view(user),
    (front) => front === undefined || !isProgress(front),
    "The result in the modal",
  );
  print(result === undefined ? "The modal is closed." : renderView(result));
  return result;
}

/** A view that says "Uploading…" or the like; the result replaces it. */
function isProgress(view: View): boolean {
  const text = view.blocks.flatMap(renderBlock).join("\n");
  return PROGRESS.has(text);
}

const PROGRESS: ReadonlySet<string> = new Set(
  Object.values(CATALOGUES).flatMap(({ modal }) => [modal.loading, modal.saving, modal.uploading]),
);

function isForm({ submit }: View): boolean {
  return submit !== null && submit !== undefined;
}

async function closeModal(slack: SlackControl, user: string | undefined): Promise<void> {
  const view = await slack.view(user);
  if (view !== undefined) {
    await slack.close(view.id, user);
  }
}

/** Values and previews arrive after the modal opens, so this waits until it stops changing. */
async function waitForModal(
  slack: SlackControl,
  { user, told }: { user: string | undefined; told: number },
): Promise<{ view: View | undefined; whispers: Message[] }> {
  let hash = "";
  let sinceMs = performance.now();
  const look = async () => ({
    view: await slack.view(user),
    whispers: (await slack.ephemerals(user)).slice(told),
  });
  return waitFor(
    look,
    ({ view, whispers }) => {
      if (view === undefined) {
        return whispers.length > 0;
      }
      if (view.hash !== hash) {
        hash = view.hash;
        sinceMs = performance.now();
      }
      return !isProgress(view) && performance.now() - sinceMs > QUIET_MS;
    },
    "The modal",
  );
}

const QUIET_MS = 600;

function toValues(
  view: View,
  { subject, link, alt, decorative }: ModalUse,
): Record<string, string | string[]> {
  const ticked = decorative === true ? ["decorative"] : [];
  const entries = { link, alt, decorative: decorative === undefined ? undefined : ticked };
  const values: Record<string, string | string[]> = {};
  for (const { blockId } of fieldsOf(view)) {
    const field = TAG_FIELDS.find((name) => blockId.startsWith(`${name}:${subject}:`));
    const value = field === undefined ? undefined : entries[field];
    if (value !== undefined) {
      values[blockId] = value;
    }
  }
  return values;
}

function describeEntries(
  view: View,
  {
    values,
    files,
  }: { values: Readonly<Record<string, string | readonly string[]>>; files: readonly string[] },
): string {
  const lines = fieldsOf(view).flatMap(({ blockId, label }) => {
    const value = values[blockId];
    if (typeof value === "string") {
      return [`  ${label}: ${value === "" ? "(emptied)" : value}`];
    }
    return value === undefined ? [] : [`  ${label}: ${value.length > 0 ? "[x]" : "[ ]"}`];
  });
  const names = files.map((path) => basename(path)).join(", ");
  const typed = files.length > 0 ? [`  ${names}`, ...lines] : lines;
  const button = view.submit?.text ?? "";
  return typed.length === 0
    ? `You change nothing and press [${button}]`
    : ["You fill in", ...typed, `and press [${button}]`].join("\n");
}

const Answer = v.pipe(v.string(), v.parseJson(), v.object({ view: View }));

/** The view in the app's answer. The screen may already show the next one. */
function readAnswer({ ack }: Seen): View | undefined {
  const answer = v.safeParse(Answer, ack?.body);
  return answer.success ? answer.output.view : undefined;
}
