import { useEffect, useState, useSyncExternalStore } from "react";
import type { Topic } from "../api.ts";

/** The value that was read last, and the sentence that says why a later reading failed. */
export interface Reading<T> {
  value: T | undefined;
  error: string | undefined;
}

/** Reads `path`, and again whenever the local stack says that `topic` changed. The last value stays while it fails. */
export function useTopic<T>(path: string, topic: Topic): Reading<T> {
  const [reading, setReading] = useState<Reading<T> & { path: string }>({
    path,
    value: undefined,
    error: undefined,
  });
  useEffect(() => {
    const reader = createReader<T>(path, (next) =>
      setReading(({ path: old, value }) => ({
        path,
        value: next.value ?? (old === path ? value : undefined),
        error: next.error,
      })),
    );
    reader.read();
    const unsubscribe = subscribe(topic, () => reader.read());
    return () => {
      unsubscribe();
      reader.stop();
    };
  }, [path, topic]);
  return reading.path === path ? reading : { value: undefined, error: undefined };
}

/** False while the local stack does not answer. */
export function useIsConnected(): boolean {
  return useSyncExternalStore(watchConnection, () => isConnected);
}

export const CONNECTION_LOST =
  "The local stack does not answer. Start it with npm start; this page comes back by itself.";

/** Throws the server's own sentence. */
function getJson<T>(path: string): Promise<T> {
  return request<T>(path, {});
}

/** Throws the server's own sentence. Other methods (`PUT`, `DELETE`) go the same way. */
export function postJson<T>(
  path: string,
  body: unknown = {},
  { method = "POST" }: { method?: "POST" | "PUT" | "DELETE" } = {},
): Promise<T> {
  return request<T>(path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Throws the server's own sentence. `onProgress` is told how much of the form was sent, from 0 to 1. */
export function postForm<T>(
  path: string,
  form: FormData,
  onProgress: (share: number) => void = () => {},
): Promise<T> {
  // `fetch` tells nothing of how far an upload is.
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", path);
    sending.upload.addEventListener("progress", ({ loaded, total }) =>
      onProgress(total === 0 ? 1 : loaded / total),
    );
    sending.addEventListener("error", () => reject(new Error(CONNECTION_LOST)));
    sending.addEventListener("load", () => {
      try {
        resolve(trust<T>(readAnswer(sending.status, sending.responseText)));
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    sending.send(form);
  });
}

/** An answer with a status other than 2xx: its body, for those who read more than a sentence from it. */
export class RefusedError extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(message: string, { status, body }: { status: number; body: unknown }) {
    super(message);
    this.name = "RefusedError";
    this.status = status;
    this.body = body;
  }
}

async function request<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, { cache: "no-store", ...init });
    text = await response.text();
  } catch (error) {
    throw new Error(CONNECTION_LOST, { cause: error });
  }
  return trust<T>(readAnswer(response.status, text));
}

/** The local stack is of the same checkout as this page: its answers have the types of api.ts. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
function trust<T>(body: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return body as T;
}

function readAnswer(status: number, text: string): unknown {
  const body: unknown = parseJson(text);
  if (status >= 200 && status < 300) {
    return body;
  }
  const sentence = sentenceIn(body) ?? `The local stack answered with HTTP ${status}.`;
  throw new RefusedError(sentence, { status, body });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sentenceIn(body: unknown): string | undefined {
  return typeof body === "object" &&
    body !== null &&
    "error" in body &&
    typeof body.error === "string"
    ? body.error
    : undefined;
}

/** One reading at a time: what changes meanwhile is read once more afterwards. */
function createReader<T>(path: string, show: (reading: Reading<T>) => void) {
  const state = { isReading: false, isStale: false, isStopped: false };

  async function readUntilFresh(): Promise<void> {
    state.isReading = true;
    while (state.isStale && !state.isStopped) {
      state.isStale = false;
      const reading = await readOnce<T>(path);
      if (!state.isStopped) {
        show(reading);
      }
    }
    state.isReading = false;
  }

  return {
    read() {
      state.isStale = true;
      if (!state.isReading) {
        void readUntilFresh();
      }
    },
    stop() {
      state.isStopped = true;
    },
  };
}

async function readOnce<T>(path: string): Promise<Reading<T>> {
  try {
    return { value: await getJson<T>(path), error: undefined };
  } catch (error) {
    return { value: undefined, error: error instanceof Error ? error.message : String(error) };
  }
}

const listeners = new Map<Topic, Set<() => void>>();
const connectionListeners = new Set<() => void>();
let isConnected = true;
let events: EventSource | undefined;

function subscribe(topic: Topic, listener: () => void): () => void {
  events ??= openEvents();
  const those = listeners.get(topic) ?? new Set();
  listeners.set(topic, those.add(listener));
  return () => void those.delete(listener);
}

function watchConnection(listener: () => void): () => void {
  events ??= openEvents();
  connectionListeners.add(listener);
  return () => void connectionListeners.delete(listener);
}

/** One stream for the whole page. A browser opens it again by itself, unless the answer was none of a stream. */
function openEvents(): EventSource {
  const source = new EventSource("/local/events");
  source.addEventListener("open", () => setConnected(true));
  source.addEventListener("error", () => {
    setConnected(false);
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(() => (events = openEvents()), REOPEN_MS);
    }
  });
  source.addEventListener("changed", ({ data }: MessageEvent<string>) => {
    for (const topic of topicsIn(data)) {
      for (const listener of listeners.get(topic) ?? []) {
        listener();
      }
    }
  });
  source.addEventListener("reload", () => location.reload());
  return source;
}

const REOPEN_MS = 1000;

function topicsIn(data: string): readonly Topic[] {
  const body = parseJson(data);
  const topics: unknown =
    typeof body === "object" && body !== null && "topics" in body ? body.topics : [];
  return Array.isArray(topics) ? TOPICS.filter((topic) => topics.includes(topic)) : [];
}

const TOPICS: readonly Topic[] = ["slack", "stack", "store", "log", "timeline"];

function setConnected(next: boolean): void {
  if (isConnected !== next) {
    isConnected = next;
    connectionListeners.forEach((tell) => tell());
  }
}
