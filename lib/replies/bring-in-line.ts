import type { ReplyPart } from "../blocks/reply.ts";
import { describeError } from "../logger.ts";
import type { WorkPorts } from "../ports.ts";
import { refOf, type Reply, type UploadRecord } from "../records/record.ts";
import { SlackApiError } from "../slack/api-call.ts";
import type { PostedMessage } from "../slack/web-client.ts";
import { deleteReplies } from "./delete-replies.ts";
import { findPart, findPosted, listPosted } from "./find-posted.ts";
import { renderMark } from "./reply-mark.ts";

export interface ShowOptions {
  /** The place of the reply, as far as it is known. */
  reply: Reply | undefined;
  /** An unrecorded reply may exist, so look before posting. */
  mayBePosted: boolean;
  /** A part may have been posted twice, so look once everything is shown. */
  mayBeTwice?: boolean;
}

/** The place of the reply now. With an error, the reply is not as it should be. */
export interface ShownReply {
  reply: Reply | undefined;
  /**
   * Slack did not respond to a post, which was then repeated. The first one may still be carried
   * out.
   */
  mayBeTwice: boolean;
  error?: Error | undefined;
}

export interface Showing extends ShowOptions {
  parts: readonly ReplyPart[];
  /** A message was found deleted before. */
  isAgain?: boolean;
}

/** `shown.reply` is kept up to date, so that it is known if a later call fails. */
export interface Conversation {
  work: WorkPorts;
  record: UploadRecord;
  shown: ShownReply;
  /**
   * The id of the person who gets the reply in the app's direct message, because the conversation
   * refused it.
   */
  directTo?: string;
}

/** Where the next part goes, and where existing parts are, as far as that is known. */
function placeOf({ record: { source }, shown: { reply }, directTo }: Conversation) {
  if (source.type === "form") {
    return { target: reply?.channelId ?? source.userId, channelId: reply?.channelId };
  }
  const { channelId, threadTs } = source;
  return directTo === undefined && (reply?.channelId ?? channelId) === channelId
    ? { target: channelId, threadTs, channelId }
    : { target: reply?.channelId ?? directTo ?? channelId, channelId: reply?.channelId };
}

export async function bringInLine(conversation: Conversation, showing: Showing): Promise<void> {
  const { work, shown } = conversation;
  const { parts, mayBePosted } = showing;
  if (mayBePosted && (shown.reply?.ts.length ?? 0) < parts.length) {
    await adoptPosted(conversation);
  }
  for (const [index, part] of parts.entries()) {
    const ts = shown.reply?.ts[index];
    if (shown.reply === undefined || ts === undefined) {
      await postPart(conversation, { part, index }, showing);
      continue;
    }
    const { channelId } = shown.reply;
    const updated = await updatePart(work, { channelId, ts, ...part });
    if (updated === "gone") {
      shown.reply = { channelId, ts: shown.reply.ts.filter((present) => present !== ts) };
      // The message may have been deleted by a crashed worker that had already posted a
      // replacement.
      const again = { mayBePosted: showing.isAgain !== true, isAgain: true };
      return bringInLine(conversation, { ...showing, ...again });
    }
    if (updated === "locked") {
      await replacePart(conversation, { part, index }, { channelId, ts });
    }
  }
  await removeSurplus(conversation, parts.length);
  if (showing.mayBeTwice === true) {
    await removeTwins(conversation);
  }
}

/** `gone`: the message was deleted. `locked`: the message exists but can no longer be edited. */
async function updatePart(
  { slack, budget }: WorkPorts,
  update: ReplyPart & { channelId: string; ts: string },
): Promise<"done" | "gone" | "locked"> {
  try {
    await slack.updateMessage(update, { deadlineMs: budget.showUntilMs });
    return "done";
  } catch (error) {
    const code = error instanceof SlackApiError ? error.code : "";
    if (code === "message_not_found") {
      return "gone";
    }
    if (LOCKED.has(code)) {
      return "locked";
    }
    throw error;
  }
}

/**
 * The workspace limits how long messages can be edited, or the app was reinstalled and is a
 * different author now.
 * https://docs.slack.dev/reference/methods/chat.update#errors
 */
const LOCKED: ReadonlySet<string> = new Set([
  "block_mismatch",
  "cant_update_message",
  "edit_window_closed",
  "message_not_owned_by_app",
]);

/**
 * Replaces a message that cannot be edited. A crashed or concurrent worker may have posted the
 * replacement already, which its mark shows. The old message is deleted last, so that there is
 * always one to read.
 */
async function replacePart(
  conversation: Conversation,
  { part, index }: NewPart,
  { channelId, ts }: { channelId: string; ts: string },
): Promise<void> {
  const { work, record, shown } = conversation;
  const locked = new Set([ts]);
  const take = (taken: string) => {
    const present = shown.reply?.ts ?? [];
    shown.reply = { channelId, ts: present.with(index, taken) };
  };
  const adopt = async (): Promise<boolean> => {
    for (const candidate of await findPart(work, record, { channelId, part: index })) {
      const isNew = !locked.has(candidate) && shown.reply?.ts.includes(candidate) !== true;
      if (isNew && (await updatePart(work, { channelId, ts: candidate, ...part })) === "done") {
        take(candidate);
        return true;
      }
      locked.add(candidate);
    }
    return false;
  };
  if (!(await adopt())) {
    work.logger.warn("reply.locked", { record: refOf(record), reply: ts, part: index });
    const place = (posted: PostedMessage) => take(posted.ts);
    await sendSurely(conversation, { part, index }, { place, find: adopt });
  }
  await deleteReplies(work, { channelId, ts: [ts] });
}

interface NewPart {
  part: ReplyPart;
  index: number;
}

async function postPart(
  conversation: Conversation,
  { part, index }: NewPart,
  showing: Showing,
): Promise<void> {
  const { shown } = conversation;
  const isKnown = placeOf(conversation).channelId !== undefined;
  let { mayBePosted } = showing;
  await sendSurely(
    conversation,
    { part, index },
    {
      place({ channelId, ts }) {
        shown.reply = { channelId, ts: [...(shown.reply?.ts ?? []), ts] };
      },
      async find() {
        mayBePosted = true;
        await adoptPosted(conversation);
        return shown.reply?.ts[index] !== undefined;
      },
    },
  );
  if (mayBePosted && !isKnown) {
    await keepFirst(conversation);
  }
}

/**
 * Posts a part. If Slack does not respond, the part may exist all the same, so it is searched for
 * before it is posted again.
 */
async function sendSurely(
  conversation: Conversation,
  added: NewPart,
  { place, find }: Sending,
): Promise<void> {
  const { work, record, shown } = conversation;
  try {
    place(await sendPart(conversation, added));
  } catch (error) {
    if (!(error instanceof SlackApiError) || error.code !== "unavailable") {
      throw error;
    }
    work.logger.warn("reply.unanswered", { record: refOf(record), error: describeError(error) });
    if (!(await find())) {
      shown.mayBeTwice ||= error.mayComeLater;
      place(await sendPart(conversation, added));
    }
  }
}

interface Sending {
  /** Records the place of the part. */
  place: (posted: PostedMessage) => void;
  /** Whether the part exists without being recorded. Records its place. */
  find: () => Promise<boolean>;
}

async function sendPart(
  conversation: Conversation,
  { part, index }: NewPart,
): Promise<PostedMessage> {
  const { work, record } = conversation;
  const metadata = renderMark(record.source, index);
  const { target, threadTs, channelId: known } = placeOf(conversation);
  const message = { channelId: target, threadTs, metadata, ...part };
  const deadlineMs = work.budget.showUntilMs;
  const posted = await work.slack.postMessage(message, { deadlineMs });
  const channelId = known ?? posted.channelId;
  work.logger.info("reply.posted", { record: refOf(record), reply: posted.ts, part: index });
  return { channelId, ts: posted.ts };
}

/**
 * Slack reveals the id of a direct message only through a post. If the reply already exists there,
 * the older one stays.
 */
async function keepFirst({ work, record, shown }: Conversation): Promise<void> {
  const { reply } = shown;
  const { channelId = "" } = reply ?? {};
  const ts = await findPosted(work, record, channelId);
  if (reply !== undefined && ts.length > 0) {
    shown.reply = { channelId, ts };
    const surplus = reply.ts.filter((posted) => !ts.includes(posted));
    await deleteReplies(work, { channelId, ts: surplus });
  }
}

/**
 * A crashed worker may have posted without recording it. The marks in the conversation show that.
 */
async function adoptPosted(conversation: Conversation): Promise<void> {
  const { work, record, shown } = conversation;
  const { channelId } = placeOf(conversation);
  if (channelId === undefined) {
    return;
  }
  const ts = await findPosted(work, record, channelId);
  if (ts.length > (shown.reply?.ts.length ?? 0)) {
    shown.reply = { channelId, ts };
  }
}

async function removeTwins({ work, record, shown }: Conversation): Promise<void> {
  const { channelId = "", ts = [] } = shown.reply ?? {};
  const kept = new Set(ts);
  const twins: string[] = [];
  for await (const posted of listPosted(work, record, channelId)) {
    if (!kept.has(posted.ts)) {
      twins.push(posted.ts);
    }
  }
  await deleteReplies(work, { channelId, ts: twins });
}

async function removeSurplus({ work, shown }: Conversation, partCount: number): Promise<void> {
  if (shown.reply === undefined || shown.reply.ts.length <= partCount) {
    return;
  }
  const { channelId, ts } = shown.reply;
  await deleteReplies(work, { channelId, ts: ts.slice(partCount) });
  shown.reply = { channelId, ts: ts.slice(0, partCount) };
}
