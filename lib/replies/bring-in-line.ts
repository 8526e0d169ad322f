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
  /** Where the reply stands, as far as that is known. */
  reply: Reply | undefined;
  /** A reply that nobody noted may stand there: look before posting. */
  mayBePosted: boolean;
  /** A part may have been posted twice: look once all is shown. */
  mayBeTwice?: boolean;
}

/** Where the reply stands now. With an error it is not what it should be. */
export interface ShownReply {
  reply: Reply | undefined;
  /** Slack did not answer a post, which was sent again; the first one may be carried out later. */
  mayBeTwice: boolean;
  error?: Error | undefined;
}

export interface Showing extends ShowOptions {
  parts: readonly ReplyPart[];
  /** A message was found deleted before. */
  isAgain?: boolean;
}

/** `shown.reply` is kept up to date, so that it is known when a later call fails. */
export interface Conversation {
  work: WorkPorts;
  record: UploadRecord;
  shown: ShownReply;
  /** User id: the conversation refused the reply, and they get it in the direct message with the app. */
  directTo?: string;
}

/** Where the next part is posted, and where parts stand already, as far as that is known. */
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
      // Nobody may have deleted it but a worker that died, after it had posted another in its place.
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

/** `gone`: the message was deleted. `locked`: it stands there, and will never change again. */
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
 * The workspace limits for how long messages can be edited, or the app was installed anew and is another author now.
 * https://docs.slack.dev/reference/methods/chat.update#errors
 */
const LOCKED: ReadonlySet<string> = new Set([
  "block_mismatch",
  "cant_update_message",
  "edit_window_closed",
  "message_not_owned_by_app",
]);

/**
 * Another message takes the place of one that cannot be edited. A worker that died, or another one at this very moment,
 * may have posted it already: its mark tells. The old one goes last, so that there is always one to read.
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

/** Posts a part. Where Slack does not answer, it may stand there all the same: it is looked for before it is sent again. */
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
  /** Notes where it stands now. */
  place: (posted: PostedMessage) => void;
  /** Whether it stands there, though nobody noted it; notes where. */
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
 * Which conversation is the direct message with somebody, Slack tells with a post only. If the reply stands there
 * already, the first one stays.
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

/** A worker that died may have posted without having noted it: the marks in the conversation tell. */
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
