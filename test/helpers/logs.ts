import * as v from "valibot";

const LogLine = v.pipe(
  v.string(),
  v.parseJson(),
  v.looseObject({
    time: v.pipe(v.string(), v.isoTimestamp()),
    level: v.picklist(["info", "warn", "error"]),
    event: v.pipe(v.string(), v.regex(/^[a-z]+\.[a-z_]+$/u)),
  }),
);
export type LogLine = v.InferOutput<typeof LogLine>;

const SECRET_PATTERN = /xox[a-z]-[\w-]{4,}|v0=[0-9a-f]{64}|Bearer /u;

const lines: LogLine[] = [];
const answers: LogLine[] = [];

/** Returns the app's log lines since the last call, except the one that every request gets: see `takeAnswers()`. */
export function takeLogs(): LogLine[] {
  return lines.splice(0);
}

/** Returns the lines `request.answered` since the last call. */
export function takeAnswers(): LogLine[] {
  return answers.splice(0);
}

/** Collects log lines. Returns a list of lines that are no log lines or show a secret. */
export function watchConsole(): string[] {
  const strayLines: string[] = [];
  for (const method of ["log", "info", "warn", "error", "debug"] as const) {
    console[method] = (...args: unknown[]) => {
      const text = args.map(String).join(" ");
      const line = v.safeParse(LogLine, text);
      if (method === "log" && line.success && !SECRET_PATTERN.test(text)) {
        (line.output.event === "request.answered" ? answers : lines).push(line.output);
      } else {
        strayLines.push(text);
      }
    };
  }
  return strayLines;
}
