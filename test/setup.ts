import { afterEach, expect } from "vitest";
import { takeAnswers, takeLogs, watchConsole } from "./helpers/logs.ts";

/** Fails a test if the app prints a line that is not a JSON log line, or that shows a secret. */
const strayLines = watchConsole();

afterEach(() => {
  takeLogs();
  takeAnswers();
  expect(strayLines.splice(0), "stray console output").toEqual([]);
});
