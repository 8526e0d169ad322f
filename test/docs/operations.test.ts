import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { findLoggedEvents } from "./logged-events.ts";

const DOCUMENT = new URL("../../docs/operations.md", import.meta.url);
/** `event` | fields | … */
const ROW = /^\| `(?<event>[a-z]+\.[a-z_]+)` +\| (?<fields>[^|]*)\|/gmu;

it("docs/operations.md lists every event that the app logs, with its fields, and no other", async () => {
  const listed = [...(await readFile(DOCUMENT, "utf8")).matchAll(ROW)].map(({ groups = {} }) => [
    groups["event"],
    new Set([...(groups["fields"] ?? "").matchAll(/`(\w+)`/gu)].map(([, field]) => field)),
  ]);
  const logged = new Map<string, Set<string>>();
  for (const { event, fields } of findLoggedEvents()) {
    logged.set(event, new Set([...(logged.get(event) ?? []), ...fields]));
  }
  expect(listed.length).toBeGreaterThan(0);
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(logged));
  expect(listed).toHaveLength(logged.size);
});
