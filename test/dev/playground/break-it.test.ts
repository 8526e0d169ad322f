import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FaultName } from "../../../dev/playground/api.ts";
import { start, type StartedPlayground } from "./started.ts";

const HTML_TAG = /<img src=[^>]+ alt=/u;
const LASTING: readonly FaultName[] = ["slack_rate_limited", "slack_down", "s3_down"];
const ONCE: readonly FaultName[] = ["kill_after_ack", "deliver_eleven_times", "lose_event"];

let started: StartedPlayground;

beforeAll(async () => {
  started = await start();
});

beforeEach(() => started.send("DELETE", "/local/stack/faults"));

afterAll(() => started[Symbol.asyncDispose]());

describe("/local/stack/faults", () => {
  it("lists what was begun, until all is ended", async () => {
    for (const name of [...LASTING, ...ONCE]) {
      expect((await begin(name)).status).toBe(200);
    }
    const { faults } = await started.state();
    expect(faults.map(({ name }) => name).toSorted()).toEqual([...LASTING, ...ONCE].toSorted());
    expect((await started.send("DELETE", "/local/stack/faults")).status).toBe(200);
    expect(await started.state()).toMatchObject({ faults: [] });
  });

  it.each(LASTING)("%s lasts 20 s, and strikes again when it is begun again", async (name) => {
    await begin(name);
    await begin(name);
    const { faults, clockOffsetMs } = await started.state();
    expect(faults).toEqual([{ name, endsAtMs: expect.any(Number) }]);
    const leftMs = (faults[0]?.endsAtMs ?? 0) - Date.now() - clockOffsetMs;
    expect(leftMs).toBeLessThanOrEqual(20_000);
    expect(await isBroken(name)).toBe(true);
    await started.sweep();
    expect(await started.state()).toMatchObject({ faults: [] });
    expect(await isBroken(name)).toBe(false);
  });

  it("says which there are", async () => {
    const response = await started.send("POST", "/local/stack/faults/toString");
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: expect.stringContaining("Cannot begin fault toString: there are slack_rate_limited,"),
    });
  });

  it("tells Slack's clients how long to wait: for the rest of its time", async () => {
    await begin("slack_rate_limited");
    const { origin } = started;
    const response = await fetch(`${origin}/api/auth.test`, { method: "POST" });
    expect(response.status).toBe(429);
    const seconds = Number(response.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(20);
  });
});

describe("a function that is killed after its ack", () => {
  it("leaves its work open, comes back, and the sweep finishes it", async () => {
    await begin("kill_after_ack");
    const posted = await started.post();
    expect(posted).toMatchObject({ attempt: { status: 200 } });
    expect(await started.state()).toMatchObject({
      faults: [],
      openWork: [{ kind: "upload", channel: posted.channel, ts: posted.ts }],
    });
    await expect.poll(async () => (await started.state()).functions).toBe("running");
    expect(started.replies(posted).join()).not.toMatch(HTML_TAG);
    const sweep = await started.sweep();
    expect(sweep).toMatchObject({ status: 200, body: { finished: 1, open: 0 } });
    expect(sweep.movedMs).toBeGreaterThan(900_000);
    await started.expectTag(posted, HTML_TAG);
    expect(started.replies(posted)).toHaveLength(1);
    expect((await started.state()).openWork).toEqual([]);
  });

  it("is there again for the next request, and does not die of an answer that promised nothing", async () => {
    await begin("kill_after_ack");
    const { slack } = started.playground.stack;
    const text = slack.postMessage({ channel: "images", text: "no image" });
    expect(await slack.deliver(text.envelope)).toMatchObject({ delivered: true });
    const before = await started.state();
    expect(before).toMatchObject({ functions: "running", faults: [{ name: "kill_after_ack" }] });
    await started.post();
    expect((await started.state()).functions).not.toBe("running");
    const response = await fetch(`${started.playground.functions}/api/health`);
    expect(await response.json()).toEqual({ ok: true });
    await started.sweep();
  });
});

describe("an event", () => {
  it("that is delivered eleven times gives one reply", async () => {
    const { slack } = started.playground.stack;
    const before = slack.deliveries.length;
    await begin("deliver_eleven_times");
    const posted = await started.post();
    await started.expectTag(posted, HTML_TAG);
    await expect.poll(() => slack.deliveries.length - before).toBe(11);
    await started.playground.front?.drain();
    expect(started.replies(posted)).toHaveLength(1);
    expect((await started.state()).faults).toEqual([]);
  });

  it("that is lost is found by the sweep, and the next one is not lost", async () => {
    await begin("lose_event");
    const lost = await started.post();
    const next = await started.post();
    await started.expectTag(next, HTML_TAG);
    expect(lost).not.toHaveProperty("attempt");
    expect(started.replies(lost)).toEqual([]);
    expect(await started.sweep()).toMatchObject({ status: 200, body: { found: 1 } });
    await started.expectTag(lost, HTML_TAG);
  });
});

function begin(name: FaultName): Promise<Response> {
  return started.send("POST", `/local/stack/faults/${name}`);
}

async function isBroken(name: FaultName): Promise<boolean> {
  const { slack, s3 } = started.playground.stack;
  const signed = { authorization: "AWS4-HMAC-SHA256 Credential=nobody" };
  const address = name === "s3_down" ? s3.publicBaseUrl : `${slack.apiUrl}auth.test`;
  try {
    const { status } = await fetch(address, { headers: signed });
    return status === 429 || status >= 500;
  } catch {
    return true;
  }
}
