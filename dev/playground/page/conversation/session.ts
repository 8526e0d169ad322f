import { createContext, useContext } from "react";
import type { Person, WorkspaceState } from "../../api.ts";

/** A message or a reply, by which `Inside` finds what became of it. */
export interface MessageRef {
  channel: string;
  ts: string;
}

/** Who looks at the page, what they see, and what every part of it may do. */
export interface Session {
  me: Person;
  state: WorkspaceState;
  /** Names of people and conversations by id, for mentions. */
  names: Readonly<Record<string, string>>;
  selected: MessageRef | undefined;
  /** Shows it inside; `isOpening` brings that pane in front. */
  select(ref: MessageRef, how?: { isOpening: boolean }): void;
  /** Shows a sentence to the person. */
  report(sentence: string): void;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) {
    throw new Error("Cannot show this outside of a session");
  }
  return session;
}
