import { type FormEvent, type KeyboardEvent, useId, useRef, useState } from "react";
import { attempt, postMessage, runCommand } from "./acts.ts";
import { formatBytes } from "../format-bytes.ts";
import { addFiles } from "./attachments.ts";
import { Icon } from "../icons.tsx";
import { useSession } from "./session.ts";
import type { MessageRef, Session } from "./session.ts";

/** Accessible names differ between a conversation and the thread beside it. */
export interface ComposerNames {
  text: string;
  placeholder: string;
  files: string;
  send: string;
}

/** The unsent message. The pane keeps it, so that files can be dropped anywhere on the pane. */
export interface Draft {
  text: string;
  files: readonly File[];
  problems: readonly string[];
}

export const EMPTY_DRAFT: Draft = { text: "", files: [], problems: [] };

export function withFiles(draft: Draft, added: readonly File[]): Draft {
  return { ...draft, ...addFiles(draft.files, added) };
}

/** Enter sends, Shift+Enter begins a line; files are chosen, pasted or dropped. */
export function Composer({
  channel,
  threadTs,
  names,
  draft,
  onDraft,
  onPosted,
}: {
  channel: string;
  threadTs?: string;
  names: ComposerNames;
  draft: Draft;
  onDraft: (change: (draft: Draft) => Draft) => void;
  onPosted?: (ref: MessageRef) => void;
}) {
  const session = useSession();
  const [progress, setProgress] = useState<number>();
  const field = useRef<HTMLTextAreaElement>(null);
  const problemsId = useId();
  const { text, files, problems } = draft;
  const isEmpty = text.trim() === "" && files.length === 0;
  const isSending = progress !== undefined;
  const suggestions = threadTs === undefined ? suggest(session, text) : [];

  function write(next: string): void {
    onDraft((old) => ({ ...old, text: next }));
    field.current?.focus();
  }

  async function send(): Promise<void> {
    if (isEmpty || isSending) {
      return;
    }
    if (text.startsWith("/")) {
      const refusal = refrunCommand(session, text, threadTs);
      if (refusal !== undefined) {
        session.report(refusal);
        return;
      }
      onDraft(() => EMPTY_DRAFT);
      await runCommand(
        session,
        channel,
        text.trim().slice(session.state.app.command.length).trim(),
      );
      return;
    }
    setProgress(0);
    await attempt(session, async () => {
      const ref = await postMessage(session, {
        channel,
        threadTs,
        text: text.trim(),
        files,
        onProgress: setProgress,
      });
      onDraft(() => EMPTY_DRAFT);
      onPosted?.(ref);
    });
    setProgress(undefined);
    field.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    // While Korean is composed, Enter ends the syllable.
    if (event.nativeEvent.isComposing || event.shiftKey) {
      return;
    }
    const { command } = session.state.app;
    const isPartial = suggestions.length > 0 && text.length < command.length;
    if (isPartial && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      write(command);
    } else if (event.key === "Enter") {
      event.preventDefault();
      void send();
    }
  }

  return (
    <form
      className="composer"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void send();
      }}
    >
      {suggestions.length > 0 && <Suggestions commands={suggestions} onChoose={write} />}
      <div className="problems" role="alert" id={problemsId}>
        {problems.map((problem) => (
          <p key={problem}>{problem}</p>
        ))}
      </div>
      <textarea
        ref={field}
        aria-label={names.text}
        placeholder={names.placeholder}
        aria-describedby={problems.length > 0 ? problemsId : undefined}
        rows={1}
        value={text}
        onChange={({ target }) => onDraft((old) => ({ ...old, text: target.value }))}
        onKeyDown={onKeyDown}
        onPaste={(event) => {
          const pasted = [...event.clipboardData.files];
          if (pasted.length > 0) {
            event.preventDefault();
            onDraft((old) => withFiles(old, pasted));
          }
        }}
      />
      <Chips
        files={files}
        onRemove={(index) =>
          onDraft((old) => ({
            ...old,
            files: old.files.filter((_, at) => at !== index),
            problems: [],
          }))
        }
      />
      <div className="composer-bar">
        <label className="icon-button attach" title={names.files}>
          <Icon name="attach" />
          <input
            type="file"
            multiple
            className="hidden-input"
            aria-label={names.files}
            onChange={({ target }) => {
              const chosen = [...(target.files ?? [])];
              onDraft((old) => withFiles(old, chosen));
              // The same file can be chosen again.
              target.value = "";
            }}
          />
        </label>
        {isSending && (
          <progress aria-label="Sending" value={files.length === 0 ? undefined : progress} />
        )}
        <button
          type="submit"
          className="send"
          aria-label={names.send}
          title={names.send}
          disabled={isEmpty || isSending}
        >
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}

function Suggestions({
  commands,
  onChoose,
}: {
  commands: readonly string[];
  onChoose: (command: string) => void;
}) {
  const { state } = useSession();
  return (
    <div className="suggestions">
      {commands.map((command) => (
        <button key={command} type="button" onClick={() => onChoose(command)}>
          <strong>{command}</strong>
          <span>
            {command === state.app.command ? state.app.commandHint : "What the app does, and how"}
          </span>
        </button>
      ))}
    </div>
  );
}

function Chips({ files, onRemove }: { files: readonly File[]; onRemove: (index: number) => void }) {
  if (files.length === 0) {
    return null;
  }
  return (
    <ul className="chips" aria-label="Files to send">
      {files.map((file, index) => (
        <Chip key={keyOf(file, index)} file={file} onRemove={() => onRemove(index)} />
      ))}
    </ul>
  );
}

/** Two files can have the same name. */
function keyOf({ name, size, lastModified }: File, index: number): string {
  return `${name} ${size} ${lastModified} ${index}`;
}

function Chip({ file, onRemove }: { file: File; onRemove: () => void }) {
  const { name, size, type } = file;
  return (
    <li className="chip">
      <span className="chip-picture">
        <Icon name="file" />
        {type.startsWith("image/") && (
          <img
            alt=""
            ref={(image) => showFile(image, file)}
            onError={({ currentTarget }) => {
              currentTarget.hidden = true;
            }}
          />
        )}
      </span>
      <span className="chip-name">{name}</span>
      <span className="quiet">{formatBytes(size)}</span>
      <button type="button" aria-label={`Remove ${name}`} onClick={onRemove}>
        <Icon name="close" size={14} />
      </button>
    </li>
  );
}

function showFile(image: HTMLImageElement | null, file: File): () => void {
  const url = URL.createObjectURL(file);
  image?.setAttribute("src", url);
  return () => URL.revokeObjectURL(url);
}

/** Members see the app's command in every conversation, whether the app is in it or not. */
function suggest({ me, state }: Session, text: string): string[] {
  const { command } = state.app;
  if (!text.startsWith("/") || me.role === "guest" || command === "" || text.includes("\n")) {
    return [];
  }
  return [command, `${command} help`].filter((one) => one.startsWith(text.trimEnd()));
}

function refrunCommand(
  { me, state }: Session,
  text: string,
  threadTs: string | undefined,
): string | undefined {
  const [word = ""] = text.trim().split(/\s/u);
  if (word !== state.app.command || me.role === "guest") {
    return `${word} is not a valid command. In Slack, all messages that start with the “/” character are interpreted as commands.`;
  }
  return threadTs === undefined ? undefined : `${word} is not supported in threads. Sorry!`;
}
