import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type {
  Exchange,
  LogLine,
  RecordInfo,
  Setting,
  StoredObjectInfo,
} from "../../../dev/playground/api.ts";
import { PNG } from "../../helpers/person.ts";
import { type Posted, start, type StartedPlayground } from "./started.ts";

let started: StartedPlayground;
let posted: Posted;

beforeAll(async () => {
  started = await start({ settings: { MAX_WIDTH: "4000" } });
  posted = await started.post();
  await started.playground.front?.drain();
});

afterAll(() => started[Symbol.asyncDispose]());

describe("/local/stack", () => {
  it("is at rest", async () => {
    const { settings, ...state } = await started.state();
    expect(state).toEqual({
      functions: "running",
      isInControl: true,
      faults: [],
      openWork: [],
      clockOffsetMs: 0,
    });
    expect(valuesOf(settings)).toMatchObject({ MAX_WIDTH: "4000", TAG_FORMATS: "" });
  });
});

describe("/local/stack/record", () => {
  it("is found by the message and by the reply, with what changed last", async () => {
    const bySource = await record(posted);
    const [, reply] = started.playground.stack.slack.thread(posted.channel, posted.ts);
    expect(await record({ channel: posted.channel, ts: reply?.ts ?? "" })).toEqual(bySource);
    expect(bySource.key).toBe(`state/messages/T0LOCAL001/${posted.channel}/${posted.ts}.json`);
    expect(bySource.changed).toEqual(expect.arrayContaining(["images[0].state", "reply"]));
    const [image] = bySource.images;
    expect(image).toMatchObject({
      name: "alpha.png",
      state: "uploaded",
      alt: "",
      width: 48,
      height: 32,
      originalBytes: PNG.length,
      removed: expect.any(Array),
    });
    expect(image?.tag).toBe(`<img src="${image?.url}" alt="" width="48" height="32">`);
    const published = await fetch(image?.url ?? "");
    expect((await published.arrayBuffer()).byteLength).toBe(image?.bytes);
  });

  it("says that there is none", async () => {
    const response = await fetch(`${started.origin}/local/stack/record?channel=C1&ts=1.1`);
    expect([response.status, await response.json()]).toEqual([
      404,
      { error: "There is no record behind this message." },
    ]);
  });
});

describe("/local/stack/objects", () => {
  it("has the image with its headers and its address, and the record without one", async () => {
    const objects = await started.get<StoredObjectInfo[]>("/local/stack/objects");
    const image = objects.find(({ key }) => key.startsWith("images/"));
    expect(image).toMatchObject({
      headers: {
        "content-type": "image/png",
        "cache-control": "public, max-age=31536000, immutable",
      },
    });
    expect((await fetch(image?.publicUrl ?? "")).status).toBe(200);
    const state = objects.filter(({ key }) => key.startsWith("state/messages/"));
    expect(state).toHaveLength(1);
    expect(state[0]).not.toHaveProperty("publicUrl");
  });
});

describe("/local/stack/log", () => {
  it("has the functions' lines, oldest first", async () => {
    const lines = await started.get<LogLine[]>("/local/stack/log");
    const events = lines.map(({ event }) => event);
    expect(events.indexOf("upload.claimed")).toBeLessThan(events.indexOf("upload.stored"));
    expect(events).toContain("upload.stored");
    expect(lines[0]).toEqual({
      atMs: expect.any(Number),
      level: "info",
      event: expect.any(String),
      fields: expect.any(Object),
    });
  });
});

describe("/local/stack/timeline", () => {
  it("tells the way of one image in order, each request with its length and outcome", async () => {
    const exchanges = await started.get<Exchange[]>("/local/stack/timeline");
    const way = exchanges.map(
      ({ from, to, what }) => `${from} → ${to} ${what.split(" images/")[0]}`,
    );
    const steps = [
      "person → slack posts a message",
      "slack → functions POST events",
      "functions → slack chat.postMessage",
      "functions → slack chat.update",
    ];
    expect(way.filter((step) => steps.includes(step))).toEqual(steps);
    expect(way).toEqual(
      expect.arrayContaining(["functions → slack download", "functions → s3 PUT"]),
    );
    for (const exchange of exchanges) {
      expect(exchange).toMatchObject({ durationMs: expect.any(Number) });
      expect([200, 204]).toContain(exchange.status);
    }
    const ids = exchanges.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const again = await started.get<Exchange[]>("/local/stack/timeline");
    expect(again.slice(0, ids.length).map(({ id }) => id)).toEqual(ids);
  });
});

describe("/local/events", () => {
  it("begins with all topics, and tells what changes", async () => {
    const response = await fetch(`${started.origin}/local/events`);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const events = read(response);
    expect((await events.next()).value).toEqual(["slack", "stack", "store", "log", "timeline"]);
    const another = await started.post();
    const heard = new Set<string>();
    for (const _ of Array.from({ length: 100 })) {
      ((await events.next()).value ?? []).forEach((topic) => heard.add(topic));
      if (heard.size === 5) {
        break;
      }
    }
    expect([...heard].toSorted()).toEqual(["log", "slack", "stack", "store", "timeline"]);
    await events.return(undefined);
    await started.expectTag(another, /<img/u);
  });
});

async function* read({ body }: Response): AsyncGenerator<string[], undefined> {
  let text = "";
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString("utf8");
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks.filter((one) => one.startsWith("event: changed\n"))) {
      yield JSON.parse(block.slice(block.indexOf("data: ") + 6)).topics;
    }
  }
}

function record({ channel, ts }: Posted): Promise<RecordInfo> {
  return started.get(`/local/stack/record?channel=${channel}&ts=${ts}`);
}

function valuesOf(settings: readonly Setting[]): Record<string, string> {
  return Object.fromEntries(settings.map(({ name, value }) => [name, value]));
}
