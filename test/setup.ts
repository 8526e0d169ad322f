import { afterEach, expect } from "vitest";
import { takeLogs, watchConsole } from "./helpers/logs.ts";

/** Every line that a test lets the app print is a JSON log line without a secret; anything else fails it. */
const strayLines = watchConsole();

afterEach(() => {
  takeLogs();
  expect(strayLines.splice(0), "stray console output").toEqual([]);
});
