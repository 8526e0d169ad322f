import type { Conversation, Role, StackState } from "../../api.ts";
import { postJson, useTopic } from "../client.ts";
import { attempt } from "./acts.ts";
import { ConversationSign } from "./conversation-pane.tsx";
import { hasUnread, useReadMarks } from "./read-marks.ts";
import { hrefOf } from "./route.ts";
import { useSession } from "./session.ts";

/** Where one can go, and who one is. */
export function Sidebar({
  chosen,
  onGo,
  onPerson,
}: {
  chosen: string | undefined;
  onGo: () => void;
  onPerson: (id: string) => void;
}) {
  const { state, me } = useSession();
  const lists = [
    { label: "Channels", items: state.conversations.filter((one) => !isDirect(one)) },
    { label: "Direct messages", items: state.conversations.filter(isDirect) },
  ];
  return (
    <div className="pane sidebar">
      <div className="workspace">
        <strong>{state.app.name}</strong>
        <span>playground</span>
      </div>
      <nav aria-label="Conversations">
        {lists.map(({ label, items }) => (
          <Links key={label} {...{ label, items, chosen, onGo }} />
        ))}
      </nav>
      <div className="switches">
        <label>
          <span>You are</span>
          <select value={me.id} onChange={({ target }) => onPerson(target.value)}>
            {state.people.map(({ id, realName, role }) => (
              <option key={id} value={id}>
                {realName}, {ROLES[role]}
              </option>
            ))}
          </select>
        </label>
        <LanguageSwitch />
      </div>
    </div>
  );
}

function isDirect({ kind }: Conversation): boolean {
  return kind === "im" || kind === "mpim";
}

const ROLES: Readonly<Record<Role, string>> = {
  uploader: "uploader",
  colleague: "colleague",
  admin: "admin",
  guest: "guest of another organisation",
};

function Links({
  label,
  items,
  chosen,
  onGo,
}: {
  label: string;
  items: readonly Conversation[];
  chosen: string | undefined;
  onGo: () => void;
}) {
  const { me } = useSession();
  const marks = useReadMarks(me);
  if (items.length === 0) {
    return null;
  }
  return (
    <>
      <h2>{label}</h2>
      <ul>
        {items.map((conversation) => {
          const isUnread = conversation.id !== chosen && hasUnread(conversation, marks, me);
          return (
            <li key={conversation.id}>
              <a
                href={hrefOf(conversation.id)}
                className={isUnread ? "unread" : undefined}
                aria-current={conversation.id === chosen ? "page" : undefined}
                title={isUnread ? "New messages" : undefined}
                onClick={onGo}
              >
                <ConversationSign conversation={conversation} />
                <span>{conversation.name}</span>
              </a>
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** Chooses the app's language. Its functions start anew with it. */
function LanguageSwitch() {
  const session = useSession();
  const { value: stack } = useTopic<StackState>("/local/stack", "stack");
  const setting = stack?.settings.find(({ name }) => name === "LOCALE");
  const chosen = setting?.value === "" ? setting.byDefault : setting?.value;
  return (
    <label>
      <span>Language</span>
      <select
        value={chosen ?? "en"}
        disabled={setting === undefined || stack?.isInControl === false}
        onChange={({ target: { value } }) =>
          void attempt(session, () =>
            postJson("/local/stack/settings", { LOCALE: value }, { method: "PUT" }),
          )
        }
      >
        {(setting?.choices ?? ["en"]).map((choice) => (
          <option key={choice} value={choice}>
            {nameLanguage(choice)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Names a language in its own words: English, 한국어. */
function nameLanguage(code: string): string {
  return new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
}
