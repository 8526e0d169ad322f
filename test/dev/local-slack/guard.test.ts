import { once } from "node:events";
import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { start } from "./start.ts";

const PATH = "/local/health";

describe("guardControl()", () => {
  it.each([
    ["a name that somebody else's DNS points here", { host: "evil.example" }],
    ["a name that begins like ours", { host: "127.0.0.1.evil.example" }],
    ["the origin of another site", { origin: "https://evil.example" }],
    ["the origin of another port", { origin: "http://127.0.0.1:1" }],
    ["an origin that hides itself", { origin: "null" }],
    ["a picture of another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
    ["a frame's form", { "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" }],
  ])("refuses a request with %s", async (_, headers) => {
    await using started = await start();
    const { status, body } = await get(started.slack.origin, headers);
    expect(status).toBe(403);
    expect(body).toContain("Only this machine may use the local Slack");
  });

  it("lets in a program, its own page, and a person who follows a link", async () => {
    await using started = await start();
    const { origin } = started.slack;
    const { port } = new URL(origin);
    const friends = [
      {},
      { origin, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" },
      { host: `localhost:${port}`, origin: `http://localhost:${port}` },
      { host: `[::1]:${port}` },
      { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
    ];
    for (const headers of friends) {
      expect(await get(origin, headers)).toMatchObject({ status: 200 });
    }
  });

  it("leaves Slack's own interface open to every program that holds the token", async () => {
    await using started = await start();
    const headers = { host: "slack.example", authorization: `Bearer ${started.slack.botToken}` };
    const { body } = await get(started.slack.origin, headers, "/api/auth.test");
    expect(JSON.parse(body)).toMatchObject({ ok: true });
  });
});

/** `fetch` does not send another's `Host`. */
async function get(
  origin: string,
  headers: Record<string, string>,
  path = PATH,
): Promise<{ status: number | undefined; body: string }> {
  const sent = request(`${origin}${path}`, { headers, setHost: !("host" in headers) });
  const answered = once(sent, "response");
  sent.end();
  const [response] = await answered;
  let body = "";
  for await (const chunk of response) {
    body += String(chunk);
  }
  return { status: response.statusCode, body };
}
