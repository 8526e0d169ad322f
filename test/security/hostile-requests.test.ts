import { createHmac } from "node:crypto";
import fc from "fast-check";
import * as v from "valibot";
import { afterEach, describe, expect, it } from "vitest";
import { takeLogs } from "../helpers/logs.ts";
import { PNG } from "../helpers/person.ts";
import { signedRequest, startTestStack, type TestStack } from "../helpers/stack.ts";
import {
  hostileVersionsOf,
  type Json,
  nested,
  parse,
  withPrototypeKeys,
} from "./hostile-payloads.ts";

const SECRET = "cron-secret-of-this-test";
const MIB = 1024 * 1024;
const ENDPOINTS = ["events", "interactivity", "commands"] as const;

const start = () => startTestStack({ CRON_SECRET: SECRET });

afterEach(() => {
  expect(Reflect.ownKeys(Object.prototype).filter((key) => key === "polluted")).toEqual([]);
  expect(Object.keys({})).toEqual([]);
  expect("isAdmin" in {}).toBe(false);
});

describe("a request that Slack did not sign", () => {
  it("is refused by all three Request URLs, whatever it holds, without any call", async () => {
    await using stack = await start();
    const genuine = signedRequest(stack.slack, "{}", { nowMs: stack.clock.nowMs });
    await fc.assert(
      fc.asyncProperty(unsigned(genuine.headers), async ({ endpoint, headers, body }) => {
        const response = await stack.app[endpoint](toRequest({ headers, body }));
        expect([401, 413]).toContain(response.status);
        expect(await response.text()).toBe("");
      }),
      { numRuns: 1500 },
    );
    await stack.drain();
    expect(stack.outgoing()).toEqual([]);
    expect(takeLogs().filter(({ level }) => level === "error")).toEqual([]);
  });

  it("gets only an empty 200 from an ssl_check, whatever else it holds", async () => {
    await using stack = await start();
    const field = fc.tuple(fc.constantFrom(...FIELDS), fc.string());
    await fc.assert(
      fc.asyncProperty(fc.array(field, { maxLength: 5 }), async (fields) => {
        const body = new URLSearchParams([["ssl_check", "1"], ...fields]).toString();
        const response = await stack.app.commands(toRequest({ body }));
        expect([response.status, await response.text()]).toEqual([200, ""]);
        const twice = new URLSearchParams([["ssl_check", "1"], ["ssl_check", "1"], ...fields]);
        expect((await stack.app.commands(toRequest({ body: String(twice) }))).status).toBe(401);
      }),
      { numRuns: 200 },
    );
    await stack.drain();
    expect(stack.outgoing()).toEqual([]);
  });

  it.each(ENDPOINTS)("is cut off at 1 MiB by /%s, declared or not", async (endpoint) => {
    await using stack = await start();
    const { headers } = signedRequest(stack.slack, "{}", { nowMs: stack.clock.nowMs });
    let readBytes = 0;
    const endless = new ReadableStream({
      pull(controller) {
        readBytes += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    expect((await stack.app[endpoint](toRequest({ headers, body: endless }))).status).toBe(413);
    expect(readBytes).toBeLessThan(2 * MIB);
    const declared = { ...Object.fromEntries(headers), "content-length": "1e12" };
    expect((await stack.app[endpoint](toRequest({ headers: declared, body: "" }))).status).toBe(
      413,
    );
  });

  it.each(ENDPOINTS)("may break off while /%s reads it", async (endpoint) => {
    await using stack = await start();
    const { headers } = signedRequest(stack.slack, "{}", { nowMs: stack.clock.nowMs });
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new TypeError("terminated"));
      },
    });
    expect((await stack.app[endpoint](toRequest({ headers, body: broken }))).status).toBe(400);
    expect(stack.outgoing()).toEqual([]);
  });

  it("puts none of its content into the log", async () => {
    await using stack = await start();
    const headers = { "x-slack-retry-num": "forged\tline ".repeat(500), "user-agent": "forged" };
    await stack.app.events(toRequest({ headers, body: "forged" }));
    expect(JSON.stringify(takeLogs())).not.toContain("forged");
    await stack.app.events(toRequest({ headers: { "x-slack-retry-num": "2" }, body: "" }));
    expect(takeLogs()).toMatchObject([{ retryNum: "2" }]);
  });
});

describe("GET /api/cron/reconcile", () => {
  it("answers 401 to every wrong Authorization, and does not sweep", async () => {
    await using stack = await start();
    const header = fc.oneof(
      fc.constantFrom("", "Bearer", "Bearer ", SECRET, `bearer ${SECRET}`, `Bearer  ${SECRET}`),
      fc.constantFrom(`Bearer ${SECRET}x`, `Bearer ${SECRET.slice(0, -1)}`, `Basic ${SECRET}`),
      fc.constantFrom(`Bearer ${SECRET}, Bearer ${SECRET}`, "Bearer undefined", "Bearer null"),
      headerValue,
    );
    await fc.assert(
      fc.asyncProperty(header, async (authorization) => {
        const request = new Request("https://app.example.com/", { headers: { authorization } });
        expect((await stack.app.reconcile(request)).status).toBe(401);
      }),
      { numRuns: 300 },
    );
    expect(stack.outgoing()).toEqual([]);
  });
});

describe("GET /api/health", () => {
  it("says whether the app is configured, names bad variables, and shows no value", async () => {
    await using stack = await start();
    expect(await stack.app.health().text()).toBe('{"ok":true}');
    const bad = stack.createInstance({ SLACK_BOT_TOKEN: "not-a-token", S3_BUCKET: "" });
    const response = bad.health();
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      ok: false,
      variables: ["SLACK_BOT_TOKEN", "S3_BUCKET"],
    });
    const logs = takeLogs();
    expect(logs).toMatchObject([{ event: "request.rejected", path: "/api/health", status: 503 }]);
    expect(JSON.stringify(logs)).not.toContain("not-a-token");
  });
});

describe("a hostile request that Slack signed", () => {
  it.each([
    ["100,000 lists in each other", nested(100_000)],
    ["100,000 objects in each other", nested(100_000, ['{"a":', "}"])],
    ["a number beyond all numbers", '{"type":1e999}'],
    ["a prototype in place of a type", '{"__proto__":{"type":"url_verification","challenge":"x"}}'],
    ["half of a character", Buffer.from([0x22, 0xed, 0xa0, 0x80])],
    ["UTF-16", Buffer.from('{"type":"x"}', "utf16le")],
    ["gzip", Buffer.from("1f8b0800000000000003", "hex")],
    ["nothing", ""],
    ["NUL", "\0"],
    ["null", "null"],
    ["a word", '"url_verification"'],
  ])("is answered 400 when it is %s", async (_, body) => {
    await using stack = await start();
    expect(await sendEverywhere(stack, body)).toEqual([400, 400, 400]);
    await stack.drain();
    expect(stack.outgoing()).toEqual([]);
  });

  it.each([
    ["a file that is 100,000 lists in each other", { files: ["NESTED"] }],
    ["a channel of 2,000 characters", { channel: "C".repeat(2000) }],
    ["a channel that is a path", { channel: "../images" }],
    ["a ts of 2,000 digits", { ts: `${"1".repeat(2000)}.1` }],
    ["a ts that is a number", { ts: 1764000001.0001 }],
    ["a file id of 2,000 characters", { files: [{ id: "F".repeat(2000), mimetype: "image/png" }] }],
    ["a file id that is a path", { files: [{ id: "F1/../F2", mimetype: "image/png" }] }],
  ])("is answered 400 when it is a message with %s", async (_, changed) => {
    await using stack = await start();
    const { payload } = message(stack);
    const { event } = v.parse(v.object({ event: v.looseObject({}) }), payload);
    const json = JSON.stringify({ ...Object(payload), event: { ...event, ...changed } });
    const response = await signedCall(stack, "events", json.replace('"NESTED"', nested(100_000)));
    expect(response.status).toBe(400);
    await stack.drain();
    expect(stack.outgoing()).toEqual([]);
  });

  it.each([
    ["a message", message],
    ["a pressed button", () => buttonPress("edit_tags")],
    ["a pressed Delete", () => buttonPress("delete_image")],
    ["a pressed Retry", () => buttonPress("retry_upload")],
    ["a shortcut", shortcut],
    ["a sent modal", () => submission("image_tags")],
    ["a sent form", () => submission("upload_files")],
    ["a slash command", slashCommand],
  ] as const)("never breaks anything as %s with one hostile value", async (_, make) => {
    await using stack = await start();
    const { endpoint, payload: genuine } = make(stack);
    await fc.assert(
      fc.asyncProperty(hostileVersionsOf(genuine), async (payload) => {
        const before = stack.outgoing().length;
        const status = await sendPayload(stack, { endpoint, payload });
        expect([200, 400]).toContain(status);
        await stack.drain();
        expect(status === 400 ? stack.outgoing().length - before : 0).toBe(0);
        expect(takeLogs().map(({ error }) => error ?? "")).not.toContainEqual(
          expect.stringMatching(PROGRAM_FAULT),
        );
      }),
      { numRuns: 80 },
    );
  });

  it("is read without its foreign keys", async () => {
    await using stack = await start();
    for (const make of [message, shortcut, slashCommand, () => submission("image_tags")]) {
      const { endpoint, payload } = make(stack);
      const polluted = withPrototypeKeys(payload);
      expect(await sendPayload(stack, { endpoint, payload: polluted })).toBe(200);
    }
    await stack.drain();
  });

  it("may hold any JSON at all", async () => {
    await using stack = await start();
    await fc.assert(
      fc.asyncProperty(fc.json(), async (body) => {
        for (const status of await sendEverywhere(stack, body)) {
          expect([200, 400]).toContain(status);
        }
      }),
      { numRuns: 300 },
    );
    await stack.drain();
    expect(stack.outgoing()).toEqual([]);
  });
});

/** The errors in a log line that mean a bug in the program. */
const PROGRAM_FAULT = /^(?:Type|Range|Reference|Syntax)Error/u;

const FIELDS = ["command", "trigger_id", "user_id", "text", "response_url", "payload"] as const;

const headerValue = fc.stringMatching(/^[!-~]{0,80}$/u);

interface Unsigned {
  endpoint: (typeof ENDPOINTS)[number];
  headers: Record<string, string>;
  body: string | Uint8Array<ArrayBuffer>;
}

/** Anything but an `ssl_check`; half of the requests have a fresh timestamp. */
function unsigned(genuine: Headers): fc.Arbitrary<Unsigned> {
  const timestamp = genuine.get("x-slack-request-timestamp") ?? "";
  const hex = fc.stringMatching(/^[0-9a-f]{64}$/u);
  return fc.record({
    endpoint: fc.constantFrom(...ENDPOINTS),
    headers: fc.record({
      "x-slack-request-timestamp": fc.oneof(
        fc.constantFrom(timestamp, timestamp, timestamp, "", "0", "-1", "1e9", "9".repeat(40)),
        headerValue,
      ),
      "x-slack-signature": fc.oneof(
        hex.map((digest) => `v0=${digest}`),
        fc.constantFrom("", "v0=", "v1=", "v0=,v0="),
        headerValue,
      ),
      "content-type": fc.oneof(
        fc.constantFrom("application/json", "text/html", "multipart/form-data; boundary=x"),
        headerValue,
      ),
    }),
    body: fc.oneof(
      fc.json(),
      fc.uint8Array({ maxLength: 2000 }).map((bytes) => Uint8Array.from(bytes)),
      fc.constantFrom(nested(5000), "payload=%7B%7D", "ssl_check=0", "ssl_check=1%00", "%%%"),
      fc.constant("x".repeat(MIB + 1)),
    ),
  });
}

function toRequest({
  headers = {},
  body,
}: {
  headers?: Headers | Record<string, string>;
  body: string | Uint8Array<ArrayBuffer> | ReadableStream;
}): Request {
  const init = { method: "POST", headers, body, duplex: "half" as const };
  return new Request("https://app.example.com/api/slack/any", init);
}

/** Returns the statuses of events, interactivity (as a form's payload) and commands. */
async function sendEverywhere(stack: TestStack, body: string | Buffer): Promise<number[]> {
  const text = typeof body === "string" ? body : body.toString("latin1");
  // The deepest one would be over 1 MiB if it was percent-encoded.
  const form = `payload=${text.replaceAll(/[^[\]{}:"\w]/gu, encodeURIComponent)}`;
  const bodies = { events: body, interactivity: form, commands: body };
  const statuses = ENDPOINTS.map(async (endpoint) => {
    const response = await signedCall(stack, endpoint, bodies[endpoint]);
    return response.status;
  });
  return Promise.all(statuses);
}

function signedCall(
  stack: TestStack,
  endpoint: (typeof ENDPOINTS)[number],
  body: string | Buffer,
): Promise<Response> {
  const timestamp = String(Math.floor(stack.clock.nowMs / 1000));
  const bytes = Uint8Array.from(Buffer.from(body));
  const signature = createHmac("sha256", stack.slack.signingSecret)
    .update(`v0:${timestamp}:`)
    .update(bytes)
    .digest("hex");
  const headers = {
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${signature}`,
  };
  return stack.app[endpoint](toRequest({ headers, body: bytes }));
}

interface Genuine {
  endpoint: (typeof ENDPOINTS)[number];
  payload: Json;
}

/** Posts as Slack would, and returns the status of the answer. */
async function sendPayload(stack: TestStack, { endpoint, payload }: Genuine): Promise<number> {
  if (endpoint === "events") {
    return (await stack.send(payload)).status;
  }
  const form =
    endpoint === "interactivity"
      ? { payload: JSON.stringify(payload) }
      : Object.fromEntries(
          Object.entries(payload ?? {}).map(([name, value]) => [
            name,
            typeof value === "string" ? value : JSON.stringify(value),
          ]),
        );
  return (await stack.sendForm(endpoint, form)).status;
}

function message({ slack }: TestStack): Genuine {
  const files = [{ name: "alpha.png", bytes: PNG }];
  const { envelope } = slack.postMessage({ channel: "images", text: "Look", files });
  return { endpoint: "events", payload: parse(JSON.stringify(envelope)) };
}

const REF = "messages/T0LOCAL001/C0LOCAL001/1764000001.000100";
const WHO = {
  team: { id: "T0LOCAL001", domain: "local" },
  user: { id: "U0LOCAL001", team_id: "T0LOCAL001" },
  api_app_id: "A0LOCAL001",
  trigger_id: "1.2.3",
};

function buttonPress(actionId: string): Genuine {
  const payload = {
    type: "block_actions",
    ...WHO,
    container: { type: "message", message_ts: "1764000002.000100", channel_id: "C0LOCAL001" },
    channel: { id: "C0LOCAL001", name: "images" },
    message: { ts: "1764000002.000100", thread_ts: "1764000001.000100" },
    actions: [{ type: "button", action_id: actionId, block_id: "b", value: `${REF}#F0LOCAL0001` }],
  };
  return { endpoint: "interactivity", payload };
}

function shortcut(stack: TestStack): Genuine {
  const posted = v.parse(v.object({ payload: v.looseObject({ event: v.any() }) }), message(stack));
  const payload = {
    type: "message_action",
    callback_id: "upload_to_s3",
    ...WHO,
    channel: { id: "C0LOCAL001", name: "images" },
    message_ts: "1764000001.000100",
    message: posted.payload.event,
  };
  return { endpoint: "interactivity", payload: parse(JSON.stringify(payload)) };
}

function submission(callbackId: string): Genuine {
  const state = (type: string, value: string) => ({ type, value });
  const payload = {
    type: "view_submission",
    ...WHO,
    view: {
      id: "V0LOCAL001",
      callback_id: callbackId,
      private_metadata: JSON.stringify({ ref: REF }),
      blocks: [{ type: "input", block_id: "alt:F0LOCAL0001:record", element: { type: "x" } }],
      state: {
        values: {
          "alt:F0LOCAL0001:record": { alt: state("plain_text_input", "A sunrise") },
          "link:F0LOCAL0001:record": { link: state("plain_text_input", "https://example.com") },
          files: { files: { type: "file_input", files: [{ id: "F0LOCAL0001", name: "a.png" }] } },
        },
      },
    },
  };
  return { endpoint: "interactivity", payload };
}

function slashCommand(): Genuine {
  const payload = {
    command: "/upload-to-s3",
    text: "",
    team_id: "T0LOCAL001",
    channel_id: "C0LOCAL001",
    user_id: "U0LOCAL001",
    trigger_id: "1.2.3",
    response_url: "http://127.0.0.1:9/",
  };
  return { endpoint: "commands", payload };
}
