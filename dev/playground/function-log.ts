import * as v from "valibot";
import type { LogLine } from "./api.ts";

/** The last lines of the functions. */
export interface FunctionLog {
  /** True if `lib/logger.ts` printed this line. */
  add(line: string): boolean;
  /** Oldest first. */
  lines(): readonly LogLine[];
}

const MAX_LINES = 1000;

export function createFunctionLog(): FunctionLog {
  let lines: LogLine[] = [];
  return {
    add(text) {
      const parsed = v.safeParse(Line, text);
      if (parsed.success) {
        const { time, level, event, ...fields } = parsed.output;
        lines = [...lines, { atMs: Date.parse(time), level, event, fields }].slice(-MAX_LINES);
      }
      return parsed.success;
    },
    lines: () => lines,
  };
}

/** `lib/logger.ts` prints such lines. */
const Line = v.pipe(
  v.string(),
  v.parseJson(),
  v.looseObject({ time: v.string(), level: v.string(), event: v.string() }),
);
