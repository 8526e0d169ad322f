import { describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import slashCommandOrgInstall from "../fixtures/payloads/slash-command-org-install.json" with { type: "json" };
import slashCommand from "../fixtures/payloads/slash-command.json" with { type: "json" };
import { takeLogs } from "../helpers/logs.ts";
import { callsTo } from "../helpers/person.ts";
import { signedRequest, startTestStack, type TestStack } from "../helpers/stack.ts";

describe("POST /api/slack/commands", () => {
  it("answers a command with an empty 200, and opens its form", async () => {
    await using stack = await startTestStack();
    const response = await stack.sendForm("commands", slashCommand);
    expect([response.status, await response.text()]).toEqual([200, ""]);
    await stack.drain();
    expect(callsTo(stack, "views.open")).toMatchObject([
      { args: { trigger_id: slashCommand.trigger_id } },
    ]);
  });

  it("answers help to the person alone, in org-wide installs too", async () => {
    await using stack = await startTestStack();
    const response = await stack.sendForm("commands", slashCommandOrgInstall);
    expect(await response.json()).toEqual({
      response_type: "ephemeral",
      text: expect.stringContaining(packageJson.version),
    });
    expect(stack.outgoing()).toEqual([]);
  });

  it("answers an unsigned ssl_check of exactly 1, and does nothing, whatever else it holds", async () => {
    await using stack = await startTestStack();
    for (const body of ["ssl_check=1&token=unused", `${formOf(slashCommand)}&ssl_check=1`]) {
      const response = await post(stack, body);
      expect([response.status, await response.text()]).toEqual([200, ""]);
    }
    await stack.drain();
    expect(stack.outgoing()).toEqual([]);
  });

  it.each([
    "ssl_check=0",
    "ssl_check=01",
    "ssl_check=1&ssl_check=1",
    "ssl_check=",
    "ssl_check=1%20",
    "ssl_check=true",
    "SSL_CHECK=1",
    "xssl_check=1",
    "",
    formOf(slashCommand),
  ])("refuses an unsigned body: %s", async (body) => {
    await using stack = await startTestStack();
    expect((await post(stack, body)).status).toBe(401);
    await stack.drain();
    expect(stack.outgoing()).toEqual([]);
    expect(takeLogs()).toMatchObject([{ event: "request.rejected", status: 401 }]);
  });

  it.each([
    ["a wrong signature", { "x-slack-signature": `v0=${"0".repeat(64)}` }, 0],
    ["no timestamp", { "x-slack-request-timestamp": "" }, 0],
    ["a timestamp 301 seconds in the past", {}, -301_000],
    ["a timestamp 301 seconds in the future", {}, 301_000],
  ])("refuses %s", async (_, headers, skewMs) => {
    await using stack = await startTestStack();
    const nowMs = stack.clock.nowMs + skewMs;
    const request = signedRequest(stack.slack, formOf(slashCommand), { nowMs, headers });
    expect((await stack.app.commands(request)).status).toBe(401);
  });

  it("accepts a signed command that says ssl_check=0", async () => {
    await using stack = await startTestStack();
    const form = { ...slashCommand, text: "help", ssl_check: "0" };
    expect(await (await stack.sendForm("commands", form)).text()).toContain("/upload-to-s3");
  });

  it.each([
    ["no command", { command: undefined }],
    ["no trigger", { trigger_id: undefined }],
    ["no user", { user_id: undefined }],
    ["a user that is none", { user_id: "../x" }],
  ])("refuses %s, and says what was expected", async (_, changed) => {
    await using stack = await startTestStack();
    const body = formOf({ ...slashCommand, ...changed });
    const request = signedRequest(stack.slack, body, { nowMs: stack.clock.nowMs });
    expect((await stack.app.commands(request)).status).toBe(400);
    expect(takeLogs()).toMatchObject([{ error: expect.stringContaining("expected") }]);
  });

  it("reads no more than 1 MiB of an unsigned body", async () => {
    await using stack = await startTestStack();
    expect((await post(stack, `ssl_check=1&x=${"a".repeat(1024 * 1024)}`)).status).toBe(413);
  });
});

/** Posts a form without a signature. */
function post(stack: TestStack, body: string): Promise<Response> {
  return fetch(stack.slack.requestUrls?.commands ?? "", {
    method: "POST",
    body,
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
}

function formOf(fields: Record<string, string | undefined>): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) {
      form.set(name, value);
    }
  }
  return form.toString();
}
