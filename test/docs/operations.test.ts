import { expect, it } from "vitest";
import { CHECKS, DOCUMENTS, readText, SLACK_FACTS } from "./facts.ts";
import { findUnknownLogEvents } from "./log-names.ts";
import { findLoggedEvents } from "./logged-events.ts";
import { readDocument } from "./read-documents.ts";

/** `event` | fields | … */
const ROW = /^\| `(?<event>[a-z]+\.[a-z_]+)` +\| (?<fields>[^|]*)\|/gmu;

/** Events and methods of Slack, and checks of the doctor, look like events of the log. */
const OTHERS = new Set([
  ...SLACK_FACTS.events,
  ...CHECKS,
  "files.delete",
  "files.info",
  "files.list",
]);

const LOGGED = findLoggedEvents();

it("docs/operations.md lists every event that the app logs, with its fields, and no other", () => {
  const listed = [...readText("docs/operations.md").matchAll(ROW)].map(({ groups = {} }) => [
    groups["event"],
    new Set([...(groups["fields"] ?? "").matchAll(/`(\w+)`/gu)].map(([, field]) => field)),
  ]);
  const logged = new Map<string, Set<string>>();
  for (const { event, fields } of LOGGED) {
    logged.set(event, new Set([...(logged.get(event) ?? []), ...fields]));
  }
  expect(listed.length).toBeGreaterThan(0);
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(logged));
  expect(listed).toHaveLength(logged.size);
});

it("no document names an event that the app does not log", () => {
  const events = new Set(LOGGED.map(({ event }) => event));
  expect(findUnknownLogEvents(DOCUMENTS, { events, others: OTHERS })).toEqual([]);
});

it("findUnknownLogEvents() finds an unknown verb and an unknown noun", () => {
  const facts = { events: new Set(["upload.failed"]), others: OTHERS };
  const markdown =
    "`upload.failed`,\n`upload.fails`, `image.failed`, `files.info`, `upload.ts`, `a.b`";
  expect(findUnknownLogEvents([readDocument("README.md", markdown)], facts)).toEqual([
    "README.md:2: the app logs no upload.fails",
    "README.md:2: the app logs no image.failed",
  ]);
});
