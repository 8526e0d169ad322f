import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { createApp } from "../../lib/app.ts";
import { CONFIGURED, MALFORMED_VARIABLES } from "../fixtures/variables.ts";
import { takeLogs } from "../helpers/logs.ts";

describe("GET /api/health", () => {
  it("answers 200 when everything is configured", async () => {
    const response = createApp(CONFIGURED).health();
    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
  });

  it.each(MALFORMED_VARIABLES)("names %s when it is %j", async (variable, value, others) => {
    const response = createApp({ ...CONFIGURED, ...others, [variable]: value }).health();
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ ok: false, variables: [variable] });
    expect(takeLogs()).toEqual([
      expect.objectContaining({
        level: "error",
        event: "request.rejected",
        path: "/api/health",
        error: expect.stringMatching(new RegExp(`^${variable}: expected .+`, "u")),
      }),
    ]);
  });

  it("names every bad variable at once; the log also says what was expected, and no value", async () => {
    const everything = Object.fromEntries(
      MALFORMED_VARIABLES.filter(([, value]) => value !== undefined)
        .map(([variable, value]) => [variable, value])
        .toReversed(),
    );
    // A malformed role is still a role: no keys are asked for.
    const env = { ...everything, TAG_FORMATS: "wrapped,nonsense", TAG_WRAPPER_CLASS: undefined };
    const app = createApp(env);
    const expected = [...Object.keys(everything), "TAG_WRAPPER_CLASS"].toSorted();
    expect(await app.health().json()).toEqual({
      ok: false,
      variables: expect.toSatisfy((names: string[]) =>
        isDeepStrictEqual(names.toSorted(), expected),
      ),
    });
    await app.commands(new Request("https://app.example.com/", { method: "POST" }));
    const logs = takeLogs();
    expect(logs).toHaveLength(2);
    for (const { error } of logs) {
      for (const variable of expected) {
        expect(error).toContain(`${variable}: expected `);
      }
      expect(error).not.toMatch(/nonsense|kr\b|#general|@jane|bbcode/u);
    }
  });

  it("names every required variable when nothing is set", async () => {
    expect(await createApp({}).health().json()).toEqual({
      ok: false,
      variables: [
        "SLACK_SIGNING_SECRET",
        "SLACK_BOT_TOKEN",
        "S3_BUCKET",
        "PUBLIC_BASE_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
      ],
    });
    takeLogs();
  });
});
