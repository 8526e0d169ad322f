import type { Message, Seen } from "../../api.ts";
import { postForm, postJson } from "../client.ts";
import type { MessageRef, Session } from "./session.ts";

/** Tells the person what went wrong, Slack's own sentences included, instead of throwing. */
export async function attempt(
  { report }: Pick<Session, "report">,
  act: () => Promise<Partial<Seen> | void>,
): Promise<void> {
  try {
    const seen = await act();
    if (seen?.problem !== undefined) {
      report(seen.problem);
    }
  } catch (error) {
    report(error instanceof Error ? error.message : String(error));
  }
}

export function pressButton(
  session: Session,
  { channel, ts }: MessageRef,
  { actionId, blockId, value }: { actionId: string; blockId: string; value?: string },
): Promise<void> {
  return attempt(session, () =>
    postJson<Seen>("/local/press", {
      channel,
      ts,
      user: session.me.id,
      action_id: actionId,
      block_id: blockId,
      ...(value === undefined ? {} : { value }),
      is_confirmed: true,
    }),
  );
}

export function openShortcut(session: Session, { channel, ts }: MessageRef): Promise<void> {
  return attempt(session, () =>
    postJson<Seen>("/local/shortcut", { channel, ts, user: session.me.id }),
  );
}

export function deleteMessage(session: Session, { channel, ts }: MessageRef): Promise<void> {
  return attempt(session, () => postJson("/local/delete", { channel, ts, user: session.me.id }));
}

export function runCommand(session: Session, channel: string, text: string): Promise<void> {
  return attempt(session, () =>
    postJson<Seen>("/local/slash", { channel, text, user: session.me.id }),
  );
}

/** Throws where the local stack refuses it. Nobody waits for the app. */
export function postMessage(
  { me }: Session,
  {
    channel,
    threadTs,
    text,
    files,
    onProgress,
  }: {
    channel: string;
    threadTs: string | undefined;
    text: string;
    files: readonly File[];
    onProgress: (share: number) => void;
  },
): Promise<MessageRef> {
  const form = new FormData();
  form.set("channel", channel);
  form.set("user", me.id);
  form.set("is_awaited", "false");
  if (text !== "") {
    form.set("text", text);
  }
  if (threadTs !== undefined) {
    form.set("thread_ts", threadTs);
  }
  for (const file of files) {
    form.append("files", file, file.name);
  }
  return postForm<MessageRef>("/local/messages", form, onProgress);
}

export type FieldValues = Readonly<
  Record<string, string | readonly string[] | readonly File[] | null>
>;

/** Slack's errors under fields; throws the sentence for all else that went wrong. */
export async function submitView(
  { me }: Session,
  viewId: string,
  values: FieldValues,
): Promise<Seen["errors"]> {
  const seen = await send(me.id, viewId, values);
  if (seen.problem !== undefined) {
    throw new Error(seen.problem);
  }
  return seen.errors;
}

function send(user: string, viewId: string, values: FieldValues): Promise<Seen> {
  const texts: Record<string, string | readonly string[] | null> = {};
  const files: [blockId: string, file: File][] = [];
  for (const [blockId, value] of Object.entries(values)) {
    const [first] = Array.isArray(value) ? value : [];
    if (Array.isArray(value) && first instanceof File) {
      files.push(...filesIn(value).map((file): [string, File] => [blockId, file]));
    } else {
      texts[blockId] = Array.isArray(value) ? textsIn(value) : textOrNull(value);
    }
  }
  if (files.length === 0) {
    return postJson<Seen>("/local/submit", { view_id: viewId, user, values: texts });
  }
  const form = new FormData();
  form.set("view_id", viewId);
  form.set("user", user);
  form.set("values", JSON.stringify(texts));
  for (const [blockId, file] of files) {
    form.append(blockId, file, file.name);
  }
  return postForm<Seen>("/local/submit", form);
}

function filesIn(value: readonly unknown[]): File[] {
  return value.filter((entry) => entry instanceof File);
}

function textsIn(value: readonly unknown[]): string[] {
  return value.filter((entry) => typeof entry === "string");
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

export function closeView(
  session: Session,
  { viewId, isCleared }: { viewId: string; isCleared: boolean },
): Promise<void> {
  return attempt(session, () =>
    postJson<Seen>("/local/close", {
      view_id: viewId,
      user: session.me.id,
      is_cleared: isCleared,
    }),
  );
}

/** Their own; an admin also those of the workspace and of its apps. The local Slack has the last word. */
export function mayDelete({ me, state }: Session, { user, is_ephemeral }: Message): boolean {
  const author = state.people.find(({ id }) => id === user);
  return (
    is_ephemeral === true ||
    user === me.id ||
    (me.role === "admin" && (author === undefined || author.role !== "guest"))
  );
}
