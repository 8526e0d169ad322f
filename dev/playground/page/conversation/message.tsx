import { type ReactNode, useId, useState } from "react";
import type { Message, Person } from "../../api.ts";
import { Blocks } from "../blocks/blocks.tsx";
import { MessageText } from "../blocks/message-text.tsx";
import { deleteMessage, mayDelete, openShortcut, pressButton } from "./acts.ts";
import { Avatar } from "./avatar.tsx";
import { ConfirmDeletion } from "./confirm-deletion.tsx";
import { IconButton } from "../icons.tsx";
import { MessageFiles } from "./message-files.tsx";
import { type MenuItem, MessageMenu } from "./message-menu.tsx";
import { goTo } from "./route.ts";
import { useSession } from "./session.ts";
import type { Session } from "./session.ts";
import { dateOf, formatMoment, formatTime } from "./times.ts";

/** One message with its menu; `children` is what stands under it. */
export function MessageItem({
  channel,
  message,
  isContinued = false,
  isInThread = false,
  children,
}: {
  channel: string;
  message: Message;
  /** Right after another one of the same author. */
  isContinued?: boolean;
  isInThread?: boolean;
  children?: ReactNode;
}) {
  const session = useSession();
  const id = useId();
  const { ts, user, is_ephemeral: isEphemeral = false } = message;
  const isSelected = session.selected?.channel === channel && session.selected.ts === ts;
  return (
    <article
      aria-labelledby={id}
      className={[
        "message",
        isContinued ? "continued" : "",
        isEphemeral ? "ephemeral" : "",
        isSelected ? "selected" : "",
      ].join(" ")}
    >
      <Avatar userId={user} />
      <div className="message-body">
        {isEphemeral && <p className="only-you">Only visible to you</p>}
        <header id={id}>
          <Author message={message} />
          <time dateTime={dateOf(ts).toISOString()} title={formatMoment(ts)}>
            {formatTime(ts)}
          </time>
        </header>
        <Content channel={channel} message={message} />
        {children}
      </div>
      {message.subtype !== "tombstone" && (
        <Toolbar channel={channel} message={message} isInThread={isInThread} />
      )}
    </article>
  );
}

function Author({ message: { user, subtype } }: { message: Message }) {
  const { state } = useSession();
  if (subtype === "tombstone") {
    return <strong>Slackbot</strong>;
  }
  if (user === state.app.userId) {
    return (
      <>
        <strong>{state.app.name}</strong>
        <span className="badge">APP</span>
      </>
    );
  }
  const person = state.people.find(({ id }) => id === user);
  return (
    <>
      <strong>{person?.realName ?? user}</strong>
      {isGuest(person) && <span className="badge">GUEST</span>}
    </>
  );
}

function isGuest(person: Person | undefined): boolean {
  return person?.role === "guest";
}

function Content({ channel, message }: { channel: string; message: Message }) {
  const session = useSession();
  const { ts, text, blocks, files = [], edited, user } = message;
  const isEdited = edited !== undefined && user !== session.state.app.userId;
  return (
    <>
      {blocks === undefined || blocks.length === 0 ? (
        text !== "" && <MessageText text={text} names={session.names} />
      ) : (
        <Blocks
          blocks={blocks}
          names={session.names}
          onPress={(press) => pressButton(session, { channel, ts }, press)}
        />
      )}
      {isEdited && <span className="quiet">(edited)</span>}
      {files.length > 0 && <MessageFiles files={files} />}
    </>
  );
}

function Toolbar({
  channel,
  message,
  isInThread,
}: {
  channel: string;
  message: Message;
  isInThread: boolean;
}) {
  const session = useSession();
  const [isAsking, setAsking] = useState(false);
  const { ts, thread_ts: thread = ts, is_ephemeral: isEphemeral = false } = message;
  const canOpenThread = !isEphemeral && !isInThread;
  return (
    <div className="toolbar">
      {canOpenThread && (
        <IconButton
          name="thread"
          label="Open thread"
          className="also-in-menu"
          onPress={() => goTo(channel, thread)}
        />
      )}
      {hasInside(message) && (
        <IconButton
          name="inside"
          label="Look inside"
          className="also-in-menu"
          onPress={() => session.select({ channel, ts }, { isOpening: true })}
        />
      )}
      <MessageMenu
        items={itemsOf(session, {
          channel,
          message,
          canOpenThread,
          askToDelete: () => setAsking(true),
        })}
      />
      {isAsking && (
        <ConfirmDeletion
          onDeny={() => setAsking(false)}
          onConfirm={() => {
            setAsking(false);
            void deleteMessage(session, { channel, ts });
          }}
        />
      )}
    </div>
  );
}

/** Images, or what the app made of them. */
function hasInside({ files, bot_id: bot, is_ephemeral: isEphemeral = false }: Message): boolean {
  return !isEphemeral && (files !== undefined || bot !== undefined);
}

/** Strangers have no shortcuts of an app that another organisation installed. */
function itemsOf(
  session: Session,
  {
    channel,
    message,
    canOpenThread,
    askToDelete,
  }: {
    channel: string;
    message: Message;
    canOpenThread: boolean;
    askToDelete: () => void;
  },
): MenuItem[] {
  const { me, state } = session;
  const { ts, is_ephemeral: isEphemeral = false } = message;
  const shortcuts = isEphemeral || me.role === "guest" ? [] : state.app.shortcuts;
  return [
    ...shortcuts.map(({ name }) => ({
      label: name,
      icon: "upload" as const,
      act: () => void openShortcut(session, { channel, ts }),
    })),
    ...(canOpenThread
      ? [
          {
            label: "Open thread",
            icon: "thread" as const,
            act: () => goTo(channel, message.thread_ts ?? ts),
          },
        ]
      : []),
    ...(hasInside(message)
      ? [
          {
            label: "Look inside",
            icon: "inside" as const,
            act: () => session.select({ channel, ts }, { isOpening: true }),
          },
        ]
      : []),
    {
      label: "Copy text",
      icon: "copy" as const,
      act: () => void navigator.clipboard.writeText(message.text),
    },
    ...(mayDelete(session, message) ? [deletion()] : []),
  ];

  function deletion(): MenuItem {
    return isEphemeral
      ? {
          label: "Dismiss message",
          icon: "close",
          act: () => void deleteMessage(session, { channel, ts }),
        }
      : { label: "Delete message", icon: "trash", isDangerous: true, act: askToDelete };
  }
}
