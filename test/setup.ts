import { setImmediate } from "node:timers/promises";
import { afterEach, expect } from "vitest";
import { takeAnswers, takeLogs, watchConsole } from "./helpers/logs.ts";

/** Fails a test if the app prints a line that is not a JSON log line, or that shows a secret. */
const strayLines = watchConsole();

afterEach(async () => {
  // `request.answered` is written behind the answer.
  await setImmediate();
  takeLogs();
  takeAnswers();
  expect(strayLines.splice(0), "stray console output").toEqual([]);
});
