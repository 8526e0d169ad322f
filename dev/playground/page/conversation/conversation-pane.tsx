import { useEffect, useState } from "react";
import type { Conversation, Message } from "../../api.ts";
import { Composer, type Draft, EMPTY_DRAFT, withFiles } from "./composer.tsx";
import { DropZone } from "./drop-zone.tsx";
import { Avatar } from "./avatar.tsx";
import { Icon, IconButton } from "../icons.tsx";
import { MessageItem } from "./message.tsx";
import { isTopLevel, lastOwn, markRead, useReadMarks } from "./read-marks.ts";
import { goTo, hrefOf } from "./route.ts";
import { ScrolledList } from "./scrolled-list.tsx";
import { useSession } from "./session.ts";
import type { Session } from "./session.ts";
import { dateOf, formatDay, formatTime, isSameDay } from "./times.ts";

/** A conversation: what was said, and what one says next. Give it a `key`, so that each has a draft of its own. */
export function ConversationPane({
  conversation,
  thread,
  hasInside,
  onList,
  onInside,
}: {
  conversation: Conversation;
  thread: string | undefined;
  hasInside: boolean;
  onList: () => void;
  onInside: () => void;
}) {
  const session = useSession();
  const { id, messages } = conversation;
  const [draft, setDraft] = useState<Draft>(EMPTY_DRAFT);
  const shown = messages.filter(isTopLevel);
  useReading(conversation);
  const title = titleOf(conversation);
  return (
    <DropZone
      label={conversation.name}
      className="pane talk"
      sentence={`Drop to add to your message in ${title}`}
      onFiles={(files) => setDraft((old) => withFiles(old, files))}
    >
      <header className="pane-head">
        <IconButton name="back" label="Conversations" className="only-narrow" onPress={onList} />
        <div className="pane-title">
          <h2>
            <ConversationSign conversation={conversation} />
            {conversation.name}
          </h2>
          <p className="topic" title={topicOf(session, conversation)}>
            {topicOf(session, conversation)}
          </p>
        </div>
        <IconButton name="panel" label="Inside" aria-expanded={hasInside} onPress={onInside} />
      </header>
      <ScrolledList label={`Messages in ${conversation.name}`} own={lastOwn(shown, session.me)}>
        <Beginning conversation={conversation} isEmpty={shown.length === 0} />
        {shown.map((message, index) => (
          <MessageWithDay
            key={message.ts}
            channel={id}
            message={message}
            previous={shown[index - 1]}
            isOpen={message.ts === thread}
          />
        ))}
      </ScrolledList>
      <Composer
        channel={id}
        names={{
          text: `Message ${conversation.name}`,
          placeholder: `Message ${title}`,
          files: "Attach files",
          send: "Send",
        }}
        draft={draft}
        onDraft={setDraft}
        onPosted={(ref) => draft.files.length > 0 && session.select(ref)}
      />
    </DropZone>
  );
}

/** Marks the messages on the screen as read. */
function useReading({ id, messages }: Conversation): void {
  const { me } = useSession();
  const latest = messages.at(-1)?.ts;
  useEffect(() => {
    const read = () => {
      if (latest !== undefined && document.visibilityState === "visible") {
        markRead(me, id, latest);
      }
    };
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [me, id, latest]);
}

export function ConversationSign({ conversation }: { conversation: Conversation }) {
  const { state } = useSession();
  if (conversation.kind === "channel" || conversation.kind === "group") {
    return <Icon name={conversation.kind === "group" ? "lock" : "hash"} size={16} />;
  }
  const other = conversation.hasApp
    ? state.app.userId
    : state.people.find(({ realName }) => realName === conversation.name)?.id;
  return <Avatar userId={other} size={20} />;
}

function titleOf({ kind, name }: Conversation): string {
  return kind === "channel" ? `#${name}` : name;
}

/** One sentence on what to do here. */
function topicOf({ me, state }: Session, { kind, hasApp }: Conversation): string {
  if (me.role === "guest") {
    return "You are from another organisation: the app leaves your images alone.";
  }
  if (!hasApp) {
    const [shortcut] = state.app.shortcuts;
    return `The app is not here. Use “${shortcut?.name ?? ""}” in a message's menu, or type ${state.app.command}.`;
  }
  return kind === "im"
    ? "Drop an image here, or find what you asked the app for privately."
    : "Drop an image here: its tag comes back in the thread.";
}

function Beginning({ conversation, isEmpty }: { conversation: Conversation; isEmpty: boolean }) {
  const session = useSession();
  const { kind, name } = conversation;
  const what = kind === "im" ? `your messages with ${name}` : titleOf(conversation);
  return (
    <div className={isEmpty ? "beginning empty" : "beginning"}>
      {isEmpty && <Icon name="upload" size={32} />}
      <p>
        <strong>This is the beginning of {what}.</strong>
      </p>
      {isEmpty && <p>{topicOf(session, conversation)}</p>}
    </div>
  );
}

function MessageWithDay({
  channel,
  message,
  previous,
  isOpen,
}: {
  channel: string;
  message: Message;
  previous: Message | undefined;
  isOpen: boolean;
}) {
  const isNewDay = previous === undefined || !isSameDay(dateOf(previous.ts), dateOf(message.ts));
  return (
    <>
      {isNewDay && (
        <h3 className="day">
          <span>{formatDay(message.ts)}</span>
        </h3>
      )}
      <MessageItem
        channel={channel}
        message={message}
        isContinued={!isNewDay && isContinuation(previous, message)}
      >
        <Replies channel={channel} message={message} isOpen={isOpen} />
      </MessageItem>
    </>
  );
}

/** Close together, by the same person, and nothing between them. */
function isContinuation(previous: Message, message: Message): boolean {
  return (
    previous.user === message.user &&
    (previous.reply_count ?? 0) === 0 &&
    previous.is_ephemeral === message.is_ephemeral &&
    previous.subtype !== "tombstone" &&
    message.subtype !== "tombstone" &&
    Number(message.ts) - Number(previous.ts) < CONTINUED_SECONDS
  );
}

const CONTINUED_SECONDS = 300;

function Replies({
  channel,
  message,
  isOpen,
}: {
  channel: string;
  message: Message;
  isOpen: boolean;
}) {
  const session = useSession();
  const marks = useReadMarks(session.me);
  const { ts, reply_count: count = 0, latest_reply: latest = ts } = message;
  if (count === 0) {
    return null;
  }
  const isUnread = Number(latest) > Number(marks[hrefOf(channel, ts)] ?? 0);
  const users = new Set(
    session.state.conversations
      .find(({ id }) => id === channel)
      ?.messages.filter((reply) => reply.thread_ts === ts && reply.ts !== ts)
      .map(({ user }) => user),
  );
  const label = count === 1 ? "1 reply" : `${count} replies`;
  return (
    <button
      type="button"
      className={isUnread ? "replies unread" : "replies"}
      aria-expanded={isOpen}
      onClick={() => goTo(channel, ts)}
    >
      {[...users].map((user) => (
        <Avatar key={user} userId={user} size={22} />
      ))}
      <strong>{label}</strong>
      <span className="quiet" aria-hidden="true">
        {formatTime(latest)}
      </span>
      <span className="view-thread" aria-hidden="true">
        View thread ›
      </span>
    </button>
  );
}
