import type { Clock } from "./clock.ts";

export type LogLevel = "info" | "warn" | "error";

/**
 * Only ids, keys, sizes and durations: never a token, a secret, a signature, message text or a
 * body.
 */
export type LogFields = Record<string, string | number | boolean | readonly string[] | undefined>;

export interface Logger {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** Writes one JSON object per line to stdout. `event` is `noun.verb`, as in `upload.claimed`. */
export function createLogger(clock: Clock): Logger {
  function write(level: LogLevel, event: string, fields: LogFields = {}): void {
    const time = new Date(clock.now()).toISOString();
    console.log(JSON.stringify({ time, level, event, ...fields }));
  }
  return {
    info: (event, fields) => write("info", event, fields),
    warn: (event, fields) => write("warn", event, fields),
    error: (event, fields) => write("error", event, fields),
  };
}

/** Describes an error for the log: its message, with anything that looks like a token removed. */
export function describeError(error: unknown): string {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : "not an Error";
  return message.replaceAll(/xox[a-z]-[\w-]+/gu, "xox?-…").slice(0, 300);
}
