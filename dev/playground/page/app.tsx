import { useCallback, useEffect, useMemo, useState } from "react";
import type { Conversation, ModalView, Person, WorkspaceState } from "../api.ts";
import { CONNECTION_LOST, useIsConnected, useTopic } from "./client.ts";
import { closeView, submitView } from "./conversation/acts.ts";
import { ConversationPane } from "./conversation/conversation-pane.tsx";
import { IconButton } from "./icons.tsx";
import { type Notice, Notices } from "./conversation/notices.tsx";
import { useRoute } from "./conversation/route.ts";
import { type MessageRef, type Session, SessionContext } from "./conversation/session.ts";
import { useSession } from "./conversation/session.ts";
import "./conversation/shell.css";
import "./conversation/conversation.css";
import { Sidebar } from "./conversation/sidebar.tsx";
import { ThreadPane } from "./conversation/thread-pane.tsx";
import { Faults } from "./inside/faults.tsx";
import { Inside } from "./inside/inside.tsx";
import { Modal } from "./modal/modal.tsx";

/** The whole page: conversations, the thread beside them, and a look inside. */
export function App() {
  const [personId, setPersonId] = useState(() => sessionStorage.getItem(PERSON));
  const query = personId === null ? "" : `?user=${encodeURIComponent(personId)}`;
  const { value, error } = useTopic<WorkspaceState>(`/local/state${query}`, "slack");
  // While another person's Slack is read, the one before stays.
  const [shown, setShown] = useState<{ state: WorkspaceState; personId: string | null }>();
  if (value !== undefined && value !== shown?.state) {
    setShown({ state: value, personId });
  }
  const isConnected = useIsConnected();
  const me = findPerson(shown);
  return (
    <>
      {!isConnected && (
        <p className="connection-lost" role="alert">
          {CONNECTION_LOST}
        </p>
      )}
      {shown === undefined || me === undefined ? (
        <main className="loading">
          <p>{error ?? "Loading…"}</p>
        </main>
      ) : (
        <Workspace
          me={me}
          state={shown.state}
          onPerson={(id) => {
            sessionStorage.setItem(PERSON, id);
            setPersonId(id);
          }}
        />
      )}
    </>
  );
}

/** Each window may be another person. */
const PERSON = "playground-person";

function findPerson(
  shown: { state: WorkspaceState; personId: string | null } | undefined,
): Person | undefined {
  const people = shown?.state.people ?? [];
  return people.find(({ id }) => id === shown?.personId) ?? people[0];
}

type Pane = "list" | "talk" | "inside";

function Workspace({
  me,
  state,
  onPerson,
}: {
  me: Person;
  state: WorkspaceState;
  onPerson: (id: string) => void;
}) {
  const route = useRoute();
  const conversation =
    state.conversations.find(({ id }) => id === route.channel) ?? state.conversations[0];
  const thread = conversation?.id === route.channel ? route.thread : undefined;
  // On a narrow screen there is one pane at a time.
  const [pane, setPane] = useState<Pane>("talk");
  const [hasInside, setInside] = useState(() => innerWidth >= WIDE_PIXELS);
  const [chosen, setChosen] = useState<MessageRef>();
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const dismiss = useCallback(
    (id: number) => setNotices((old) => old.filter((notice) => notice.id !== id)),
    [],
  );
  const session = useMemo<Session>(
    () => ({
      me,
      state,
      names: namesIn(state),
      selected: chosen ?? newestUpload(state),
      select(ref, { isOpening } = { isOpening: false }) {
        setChosen({ channel: ref.channel, ts: ref.ts });
        if (isOpening) {
          setInside(true);
          setPane("inside");
        }
      },
      report: (sentence) =>
        setNotices((old) => [...old.slice(-2), { id: (old.at(-1)?.id ?? 0) + 1, sentence }]),
    }),
    [me, state, chosen],
  );
  useThreadSelection(conversation, thread, setChosen);
  return (
    <SessionContext value={session}>
      <main className="app" data-pane={paneOf(pane, thread)}>
        <h1 className="unseen">Upload to S3 playground</h1>
        <Sidebar chosen={conversation?.id} onGo={() => setPane("talk")} onPerson={onPerson} />
        {conversation !== undefined && (
          <ConversationPane
            key={`${me.id} ${conversation.id}`}
            conversation={conversation}
            thread={thread}
            hasInside={hasInside}
            onList={() => setPane("list")}
            onInside={() => {
              setInside(!hasInside || innerWidth < NARROW_PIXELS);
              setPane("inside");
            }}
          />
        )}
        {conversation !== undefined && thread !== undefined && (
          <ThreadPane
            key={`${me.id} ${conversation.id} ${thread}`}
            conversation={conversation}
            ts={thread}
          />
        )}
        {hasInside && (
          <aside className="pane inside-pane" aria-label="Inside">
            <header className="pane-head">
              <IconButton
                name="back"
                label="Back"
                className="only-narrow"
                onPress={() => setPane("talk")}
              />
              <div className="pane-title">
                <h2>Inside</h2>
                <p className="topic">{describe(session)}</p>
              </div>
              <IconButton
                name="close"
                label="Close inside"
                className="only-wide"
                onPress={() => setInside(false)}
              />
            </header>
            <div className="inside-tabs">
              <Inside selected={session.selected} />
            </div>
            <div className="inside-faults">
              <Faults />
            </div>
          </aside>
        )}
      </main>
      <ModalStack />
      <Notices notices={notices} onDismiss={dismiss} />
    </SessionContext>
  );
}

/** As wide as all four panes need; narrower than the other, one pane is shown at a time. */
const WIDE_PIXELS = 1100;
const NARROW_PIXELS = 760;

function paneOf(pane: Pane, thread: string | undefined): Pane | "thread" {
  return pane === "talk" && thread !== undefined ? "thread" : pane;
}

/** A thread that is opened is looked into: its last reply by the app, or the message itself. */
function useThreadSelection(
  conversation: Conversation | undefined,
  thread: string | undefined,
  select: (ref: MessageRef) => void,
): void {
  const channel = conversation?.id;
  const isThere = conversation?.messages.some(({ ts }) => ts === thread) ?? false;
  useEffect(() => {
    if (channel !== undefined && thread !== undefined && isThere) {
      select({ channel, ts: thread });
    }
  }, [channel, thread, isThere, select]);
}

function namesIn({ app, people, conversations }: WorkspaceState): Record<string, string> {
  return Object.fromEntries([
    [app.userId, app.name],
    ...people.map(({ id, realName }) => [id, realName]),
    ...conversations.map(({ id, name }) => [id, name]),
  ]);
}

/** Selects the last message with images until the person selects one. */
function newestUpload({ conversations }: WorkspaceState): MessageRef | undefined {
  const uploads = conversations.flatMap(({ id, messages, hasApp }) =>
    messages
      .filter(({ files = [] }) => hasApp && files.some(isImage))
      .map(({ ts }) => ({ channel: id, ts })),
  );
  return uploads.toSorted((a, b) => Number(a.ts) - Number(b.ts)).at(-1);
}

function isImage({ mimetype }: { mimetype: string }): boolean {
  return mimetype.startsWith("image/");
}

function describe({ selected, state }: Session): string {
  const conversation = state.conversations.find(({ id }) => id === selected?.channel);
  const message = conversation?.messages.find(({ ts }) => ts === selected?.ts);
  if (conversation === undefined || message === undefined) {
    return "Post an image, and look at what becomes of it.";
  }
  const names = (message.files ?? []).map(({ name }) => name).join(", ");
  return `${names === "" ? "A message" : names} in ${conversation.name}`;
}

/** The view in front; those below it wait. */
function ModalStack() {
  const session = useSession();
  const view = session.state.views.at(-1);
  const [answer, setAnswer] = useState<{ view: ModalView; errors: Record<string, string> }>();
  if (view === undefined) {
    return null;
  }
  const isOfView = answer?.view.id === view.id && answer.view.hash === view.hash;
  return (
    <Modal
      key={session.me.id}
      view={view}
      errors={isOfView ? answer.errors : NO_ERRORS}
      names={session.names}
      onSubmit={async (values) => {
        setAnswer(undefined);
        setAnswer({ view, errors: { ...(await submitView(session, view.id, values)) } });
      }}
      onClose={({ isCleared }) => void closeView(session, { viewId: view.id, isCleared })}
    />
  );
}

const NO_ERRORS: Readonly<Record<string, string>> = {};
