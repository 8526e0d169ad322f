import { useEffect, useRef, useState } from "react";
import type { Conversation } from "../../api.ts";
import { Composer, type Draft, EMPTY_DRAFT, withFiles } from "./composer.tsx";
import { DropZone } from "./drop-zone.tsx";
import { IconButton } from "../icons.tsx";
import { MessageItem } from "./message.tsx";
import { lastOwn, markRead } from "./read-marks.ts";
import { goTo, hrefOf } from "./route.ts";
import { ScrolledList } from "./scrolled-list.tsx";
import { useSession } from "./session.ts";

/** A message with its replies, beside the conversation. Give it a `key`. */
export function ThreadPane({ conversation, ts }: { conversation: Conversation; ts: string }) {
  const { me } = useSession();
  const { id, name } = conversation;
  const [draft, setDraft] = useState<Draft>(EMPTY_DRAFT);
  const messages = conversation.messages.filter(
    (message) => message.ts === ts || message.thread_ts === ts,
  );
  const replies = messages.filter((message) => message.ts !== ts);
  const count = replies.filter((message) => message.is_ephemeral !== true).length;
  const latest = messages.at(-1)?.ts;
  useEffect(() => {
    if (latest !== undefined) {
      markRead(me, hrefOf(id, ts), latest);
    }
  }, [me, id, ts, latest]);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <DropZone
      label="Thread"
      className="pane thread"
      sentence="Drop to add to your reply"
      onFiles={(files) => setDraft((old) => withFiles(old, files))}
    >
      <header className="pane-head">
        <div className="pane-title">
          <h2 ref={heading} tabIndex={-1}>
            Thread
          </h2>
          <p className="topic">{name}</p>
        </div>
        <IconButton name="close" label="Close thread" onPress={() => goTo(id)} />
      </header>
      <ScrolledList label="Messages in the thread" own={lastOwn(messages, me)}>
        {messages.length === 0 && <p className="beginning">This thread is not there any more.</p>}
        {messages
          .filter((message) => message.ts === ts)
          .map((message) => (
            <MessageItem key={message.ts} channel={id} message={message} isInThread />
          ))}
        {count > 0 && (
          <div className="reply-count" aria-hidden="true">
            <span>{count === 1 ? "One message" : `${count} messages`}</span>
          </div>
        )}
        {replies.map((message) => (
          <MessageItem key={message.ts} channel={id} message={message} isInThread />
        ))}
      </ScrolledList>
      <Composer
        channel={id}
        threadTs={ts}
        names={{
          text: "Write in the thread",
          placeholder: "Reply…",
          files: "Add files to the thread",
          send: "Post in the thread",
        }}
        draft={draft}
        onDraft={setDraft}
      />
    </DropZone>
  );
}
