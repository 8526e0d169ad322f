import { describe, expect, it } from "vitest";
import { post } from "../helpers/person.ts";
import type { StackOptions } from "../helpers/stack.ts";
import { serveHttp } from "../helpers/http-server.ts";
import {
  CRON_SECRET,
  type Examined,
  examine,
  leftIn,
  namesOf,
  originOf,
  remediesIn,
  startPatient,
} from "./examined.ts";

const ETAG_HEADER = "if-match";

describe("GET /api/doctor", () => {
  it("finds nothing wrong with a good deployment, and leaves nothing behind", async () => {
    await using stack = await startPatient();
    const report = await examine(stack);
    expect(remediesIn(report)).toEqual({});
    expect(report.ok).toBe(true);
    expect(namesOf(report, null)).toEqual([
      "slack.scopes.optional",
      "slack.conversations",
      "cdn.invalidation",
    ]);
    expect(leftIn(stack)).toEqual([]);
  });

  it("answers 401 to strangers, 503 without CRON_SECRET, and does nothing then", async () => {
    await using stack = await startPatient();
    const ask = (app = stack.app, headers = {}) =>
      app.doctor(new Request(`${originOf(stack)}/api/doctor`, { headers }));
    expect((await ask()).status).toBe(401);
    expect((await ask(stack.app, { authorization: "Bearer other" })).status).toBe(401);
    const open = stack.createInstance({ CRON_SECRET: " " });
    expect((await ask(open, { authorization: "Bearer " })).status).toBe(503);
    expect(stack.outgoing()).toEqual([]);
  });

  it("names every bad variable at once, and looks at nothing else then", async () => {
    await using stack = await startPatient();
    const app = stack.createInstance({ SLACK_BOT_TOKEN: " ", S3_BUCKET: "Images", LOCALE: "kr" });
    const report = await examine(stack, { app });
    expect(remediesIn(report)).toEqual({
      "variables.SLACK_BOT_TOKEN": "Set SLACK_BOT_TOKEN to a bot token, xoxb-….",
      "variables.S3_BUCKET": expect.stringMatching(/^Set S3_BUCKET to the name of a bucket/u),
      "variables.LOCALE": 'Set LOCALE to "en" or "ko".',
    });
    expect(report.checks.map(({ what }) => what)).toContain("SLACK_BOT_TOKEN is missing.");
    expect(report.checks.map(({ what }) => what)).toContain("S3_BUCKET is malformed.");
    expect(stack.outgoing()).toEqual([]);
  });

  it("says that a short CRON_SECRET can be guessed", async () => {
    await using stack = await startPatient();
    const app = stack.createInstance({ CRON_SECRET: "short" });
    const headers = { authorization: "Bearer short" };
    const response = await app.doctor(new Request(`${originOf(stack)}/api/doctor`, { headers }));
    expect(await response.json()).toMatchObject({
      ok: false,
      checks: expect.arrayContaining([expect.objectContaining({ name: "cron.secret", ok: false })]),
    });
    expect(CRON_SECRET.length).toBeGreaterThan(15);
  });
});

describe("the doctor on Slack", () => {
  it("finds a wrong token, and leaves out what needs one", async () => {
    await using stack = await startPatient();
    const report = await examine(stack, {
      app: stack.createInstance({ SLACK_BOT_TOKEN: "xoxb-wrong" }),
    });
    expect(remediesIn(report)).toEqual({
      "slack.token": expect.stringContaining("Bot User OAuth Token under OAuth & Permissions"),
    });
    expect(namesOf(report, null)).toEqual(
      expect.arrayContaining(["slack.scopes", "slack.conversations", "slack.blocks"]),
    );
  });

  it("says so if Slack does not answer", async () => {
    await using stack = await startPatient();
    stack.slack.fault({ on: "auth.test", kind: "error_500", times: Number.POSITIVE_INFINITY });
    const report = await examine(stack);
    expect(remediesIn(report)).toEqual({
      "slack.token": expect.stringContaining("status.slack.com"),
    });
    expect(namesOf(report, null)).toContain("latency.slack");
  });

  it("compares the scopes with manifest.json: missing, superfluous, optional", async () => {
    await using stack = await startPatient(
      {},
      { scopes: ["users:read", "channels:read"], missingScopes: ["files:read", "im:history"] },
    );
    const report = await examine(stack);
    expect(remediesIn(report)).toEqual({
      "slack.scopes":
        "Add files:read and im:history under OAuth & Permissions, and reinstall the app.",
      "slack.scopes.superfluous":
        "Remove users:read under OAuth & Permissions, and reinstall the app.",
    });
    const optional = report.checks.find(({ name }) => name === "slack.scopes.optional");
    expect(optional).toMatchObject({ ok: null, what: expect.stringContaining("groups:read,") });
  });

  it("counts the channels that the app is in, and says so if there is none", async () => {
    const scopes = ["channels:read", "groups:read"];
    await using stack = await startPatient({}, { scopes });
    const well = await examine(stack);
    expect(well.checks.find(({ name }) => name === "slack.conversations")).toEqual({
      name: "slack.conversations",
      ok: true,
      what: "The app is in 1 channel.",
    });
    for (const { members } of stack.slack.state.channels.values()) {
      members.delete(stack.slack.botUserId);
    }
    expect(remediesIn(await examine(stack))).toEqual({
      "slack.conversations": "Type `/invite @Upload to S3` in a channel.",
    });
    const app = stack.createInstance({ AUTO_UPLOAD: "false" });
    expect(namesOf(await examine(stack, { app }), null)).toContain("slack.conversations");
  });

  it("names each channel of CHANNEL_IDS that the app is not in", async () => {
    await using stack = await startPatient({ CHANNEL_IDS: "C0LOCAL001,C0LOCAL002,C0UNKNOWN" });
    const report = await examine(stack);
    expect(Object.keys(remediesIn(report))).toEqual([
      "slack.conversations.C0LOCAL002",
      "slack.conversations.C0UNKNOWN",
    ]);
    expect(namesOf(report, true)).toContain("slack.conversations.C0LOCAL001");
  });

  it.each([
    { LOCALE: "en", TAG_FORMATS: "html,markdown,url,picture" },
    { LOCALE: "ko", TAG_FORMATS: "wrapped,custom", TAG_WRAPPER_CLASS: "c", TAG_TEMPLATE: "{url}" },
  ])("lets Slack judge every reply and modal with $TAG_FORMATS", async (settings) => {
    await using stack = await startPatient(settings);
    expect(namesOf(await examine(stack), true)).toContain("slack.blocks");
    const judged = stack.slack.requests.filter(({ method }) => method === "blocks.validate");
    expect(judged.length).toBeGreaterThan(5);
  });

  it("says which of them Slack refuses, or that it does not judge them", async () => {
    await using stack = await startPatient();
    stack.slack.fault({ on: "blocks.validate", kind: "platform_error", error: "invalid_message" });
    const report = await examine(stack);
    expect(Object.keys(remediesIn(report))).toEqual(["slack.blocks"]);
    expect(report.checks.map(({ what }) => what)).toContain(
      "Slack refuses the reply: invalid_message.",
    );
    stack.slack.fault({ on: "blocks.validate", kind: "platform_error", error: "unknown_method" });
    const other = await examine(stack);
    expect(remediesIn(other)).toEqual({});
    expect(namesOf(other, null)).toContain("slack.blocks");
  });
});

const REQUEST_URLS = ["events", "interactivity", "commands"].map(
  (name) => `slack.request-url.${name}`,
);

describe("the doctor at the Request URLs", () => {
  it("finds another signing secret", async () => {
    await using stack = await startPatient();
    const app = stack.createInstance({ SLACK_SIGNING_SECRET: "the-secret-of-another-app" });
    const remedies = remediesIn(await examine(stack, { app }));
    expect(Object.keys(remedies)).toEqual(REQUEST_URLS);
    expect(Object.values(remedies)).toEqual(
      REQUEST_URLS.map(() => expect.stringContaining("SLACK_SIGNING_SECRET")),
    );
  });

  it.each([
    [401, "text/html", "Deployment Protection"],
    [308, "text/plain", "redirects"],
    [404, "text/plain", "Deploy this app there"],
    [503, "text/plain", "/api/health"],
    [500, "text/plain", "function log"],
    [200, "text/html", "Deploy this app there"],
  ])("explains an answer of %i and %s", async (status, type, remedy) => {
    await using stack = await startPatient();
    await using other = await serveHttp((_, response) => {
      response.writeHead(status, { "content-type": type, location: "https://example.com/" });
      response.end("<!DOCTYPE html>");
    });
    const remedies = remediesIn(await examine(stack, { origin: other.origin }));
    expect(Object.keys(remedies)).toEqual(REQUEST_URLS);
    expect(Object.values(remedies)).toEqual(
      REQUEST_URLS.map(() => expect.stringContaining(remedy)),
    );
  });

  it("finds that nobody answers, or later than Slack waits", async () => {
    await using stack = await startPatient();
    const nowhere = await examine(stack, { origin: "http://127.0.0.1:9" });
    expect(Object.keys(remediesIn(nowhere))).toEqual(REQUEST_URLS);
    await using slow = await serveHttp((_, response) => {
      stack.clock.nowMs += 3001;
      response.end("doctor");
    });
    expect(remediesIn(await examine(stack, { origin: slow.origin }))).toMatchObject({
      "slack.request-url.events": expect.stringContaining("region"),
    });
  });
});

describe("the doctor on the store", () => {
  it.each<[string, NonNullable<StackOptions["s3"]>, string[]]>([
    ["ignores If-None-Match", { ignoresConditions: ["if-none-match"] }, ["s3.conditional-create"]],
    ["ignores If-Match", { ignoresConditions: ["if-match"] }, ["s3.wrong-etag"]],
  ])("finds one that %s", async (_, s3, names) => {
    await using stack = await startPatient({}, { s3 });
    expect(Object.keys(remediesIn(await examine(stack)))).toEqual(names);
    expect(leftIn(stack)).toEqual([]);
  });

  it.each([
    ["GET", /probe/u, "s3.read", "s3:GetObject"],
    ["LIST", /probe/u, "s3.list", "s3:ListBucket"],
    ["PUT", /images/u, "s3.images", "below IMAGE_PREFIX"],
    ["DELETE", /probe/u, "s3.delete", "s3:DeleteObject below STATE_PREFIX"],
    ["DELETE", /images/u, "s3.images.delete", "s3:DeleteObject below IMAGE_PREFIX"],
    ["LIST", /open/u, "work.open", "s3:ListBucket"],
  ] as const)("explains a forbidden %s of %s", async (on, key, name, remedy) => {
    await using stack = await startPatient();
    stack.s3.fault({ on, key, kind: "forbidden", when: ({ headers }) => headers.has(SIGNED) });
    expect(remediesIn(await examine(stack))[name]).toContain(remedy);
  });

  it("explains a forbidden put, and leaves out what needs an object", async () => {
    await using stack = await startPatient();
    stack.s3.fault({ on: "PUT", key: /probe/u, kind: "forbidden" });
    const report = await examine(stack);
    expect(remediesIn(report)).toEqual({
      "s3.put": expect.stringContaining("s3:PutObject"),
    });
    expect(namesOf(report, null)).toEqual(
      expect.arrayContaining(["s3.read", "s3.list", "s3.delete", "cdn.state"]),
    );
  });

  it("finds a store that takes only the requests of the SDK", async () => {
    await using stack = await startPatient();
    stack.s3.fault({
      on: "PUT",
      kind: "forbidden",
      when: ({ headers }) => !headers.has("amz-sdk-invocation-id"),
    });
    expect(Object.keys(remediesIn(await examine(stack)))).toEqual(["s3.answers"]);
  });

  it("finds folders that are not listed", async () => {
    await using stack = await startPatient();
    stack.s3.fault({
      on: "LIST",
      kind: "not_implemented",
      when: ({ query }) => query.has("delimiter"),
    });
    expect(Object.keys(remediesIn(await examine(stack)))).toEqual(["s3.folders"]);
  });

  it("finds a store that replaces nothing, and one that takes only one form of ETags", async () => {
    await using stack = await startPatient();
    stack.s3.fault({
      on: "PUT",
      kind: "precondition_failed",
      when: ({ headers }) => headers.has(ETAG_HEADER),
    });
    expect(Object.keys(remediesIn(await examine(stack)))).toEqual([
      "s3.compare-and-swap",
      "s3.etag-forms",
    ]);
    stack.s3.clearFaults();
    stack.s3.fault({
      on: "PUT",
      kind: "invalid_argument",
      when: ({ headers }) => headers.get(ETAG_HEADER)?.startsWith('"') === true,
    });
    const report = await examine(stack);
    expect(remediesIn(report)).toEqual({});
    expect(report.checks.find(({ name }) => name === "s3.etag-forms")?.what).toContain("only bare");
  });

  it.each([
    ["key", { AWS_SECRET_ACCESS_KEY: "wrong" }, "403 SignatureDoesNotMatch", "AWS_ACCESS_KEY_ID"],
    ["bucket", { S3_BUCKET: "other-bucket" }, "404 NoSuchBucket", "S3_BUCKET"],
    ["endpoint", { S3_ENDPOINT: "http://127.0.0.1:9" }, "ECONNREFUSED", "S3_ENDPOINT"],
  ])("explains a wrong %s", async (_, changed, what, remedy) => {
    await using stack = await startPatient();
    const report = await examine(stack, { app: stack.createInstance(changed) });
    const put = report.checks.find(({ name }) => name === "s3.put");
    expect([put?.ok, put?.what, put?.do]).toEqual([
      false,
      expect.stringContaining(what),
      expect.stringContaining(remedy),
    ]);
  });

  it("names the right region", async () => {
    await using stack = await startPatient({}, { s3: { region: "eu-central-1" } });
    const app = stack.createInstance({ S3_REGION: "us-west-2" });
    expect(remediesIn(await examine(stack, { app }))).toEqual({
      "s3.region": "Set S3_REGION to eu-central-1.",
    });
  });

  it.each([-61_500, 61_500, 1_200_000])("finds a clock that is %i ms off", async (offMs) => {
    const nowMs = Date.now() + offMs;
    await using stack = await startPatient({}, { s3Now: () => nowMs });
    expect(remediesIn(await examine(stack))).toHaveProperty(["s3.clock"]);
  });

  it("deletes its objects even if the answer to a put is lost", async () => {
    await using stack = await startPatient();
    stack.s3.fault({ on: "PUT", kind: "executed_then_reset", times: 3 });
    await examine(stack);
    expect(leftIn(stack)).toEqual([]);
  });
});

const SIGNED = "authorization";

describe("the doctor on what readers see", () => {
  it("says first that the records are public", async () => {
    const s3 = { publicPrefixes: ["images/", "state/"] };
    await using stack = await startPatient({}, { s3 });
    const report = await examine(stack);
    expect(report.checks[0]).toEqual({
      name: "cdn.state",
      ok: false,
      what: expect.stringMatching(/^ANYBODY CAN READ THE RECORDS/u),
      do: expect.stringContaining("IMAGE_PREFIX only"),
    });
    expect(Object.keys(remediesIn(report))).toEqual(["cdn.state"]);
    expect(leftIn(stack)).toEqual([]);
  });

  it("finds images that nobody can read", async () => {
    await using stack = await startPatient({}, { s3: { publicPrefixes: [] } });
    expect(Object.keys(remediesIn(await examine(stack)))).toEqual(["cdn.image"]);
    const app = stack.createInstance({ PUBLIC_BASE_URL: "http://127.0.0.1:9" });
    const report = await examine(stack, { app });
    expect(remediesIn(report)).toEqual({ "cdn.image": expect.stringContaining("PUBLIC_BASE_URL") });
    // Nobody can say whether the records are public.
    expect(namesOf(report, null)).toContain("cdn.state");
  });

  it("finds a page in place of an image", async () => {
    await using stack = await startPatient();
    await using site = await serveHttp((_, response) => response.end("<!DOCTYPE html>"));
    const app = stack.createInstance({ PUBLIC_BASE_URL: site.origin });
    expect(Object.keys(remediesIn(await examine(stack, { app })))).toEqual(["cdn.image"]);
  });

  it("finds wrong headers", async () => {
    const publicHeaders = { "content-type": "text/plain", "cache-control": "no-store" };
    await using stack = await startPatient({}, { s3: { publicHeaders } });
    expect(Object.keys(remediesIn(await examine(stack)))).toEqual([
      "cdn.type",
      "cdn.cache",
      "cdn.nosniff",
    ]);
  });
});

describe("the doctor on CloudFront", () => {
  const NAME = "cdn.invalidation";
  const invalidationIn = ({ checks }: Examined) => checks.find(({ name }) => name === NAME);

  it("has it forget the image that the doctor deleted, and says what that costs", async () => {
    await using stack = await startPatient({}, { hasCdn: true });
    expect(invalidationIn(await examine(stack))).toEqual({
      name: NAME,
      ok: true,
      what: "CloudFront forgets a deleted image (this cost 2 of the 1,000 paths that are free each month).",
    });
    const image = stack.s3.requests.find(({ key }) => key.startsWith("images/"))?.key;
    const path = `/${image?.replace(".png", "*")}`;
    expect(stack.cdn?.requests).toMatchObject([
      { paths: [path, `/${stack.s3.bucket}${path}`], objectsLeft: [], status: 201 },
    ]);
    expect(leftIn(stack)).toEqual([]);
  });

  it.each([
    [403, "AccessDenied", "Allow cloudfront:CreateInvalidation for the distribution"],
    [404, "NoSuchDistribution", "Set CLOUDFRONT_DISTRIBUTION_ID to the id"],
    [403, "InvalidClientTokenId", "the AWS account that owns the distribution"],
  ])("explains %i %s", async (status, code, remedy) => {
    await using stack = await startPatient({}, { hasCdn: true });
    stack.cdn?.fault({ kind: "refusal", status, code });
    const report = await examine(stack);
    expect(remediesIn(report)).toEqual({ [NAME]: expect.stringContaining(remedy) });
    expect(invalidationIn(report)?.what).toContain(`${status} ${code}`);
  });

  it("finds another distribution's id", async () => {
    await using stack = await startPatient({}, { hasCdn: true });
    const app = stack.createInstance({ CLOUDFRONT_DISTRIBUTION_ID: "EOTHER" });
    expect(Object.keys(remediesIn(await examine(stack, { app })))).toEqual([NAME]);
  });

  it("says so if CloudFront does not answer, and does not judge it while it is busy", async () => {
    await using stack = await startPatient({}, { hasCdn: true });
    stack.cdn?.fault({ kind: "reset", times: 3 });
    expect(remediesIn(await examine(stack))).toEqual({ [NAME]: expect.stringContaining("later") });
    const code = "TooManyInvalidationsInProgress";
    stack.cdn?.fault({ kind: "refusal", status: 400, code, times: 3 });
    expect(invalidationIn(await examine(stack))).toMatchObject({
      ok: null,
      what: expect.stringContaining(code),
    });
  });

  it("costs nothing if no image could be put", async () => {
    await using stack = await startPatient({}, { hasCdn: true });
    stack.s3.fault({ on: "PUT", key: /images/u, kind: "forbidden" });
    expect(invalidationIn(await examine(stack))?.ok).toBe(null);
    expect(stack.cdn?.requests).toEqual([]);
  });
});

describe("the doctor on open work", () => {
  it("counts it, and fails once no sweep can have run", async () => {
    await using stack = await startPatient();
    const times = Number.POSITIVE_INFINITY;
    stack.slack.fault({ on: "chat.postMessage", kind: "error_500", times });
    const { channel, ts } = post(stack);
    await stack.send(stack.slack.envelopeOf(channel, ts));
    await stack.drain();
    const open = (await examine(stack)).checks.find(({ name }) => name === "work.open");
    expect(open).toMatchObject({
      ok: true,
      what: expect.stringMatching(/^1 piece of work is open, since \d{4}-/u),
    });
    stack.clock.nowMs += 27 * 3_600_000;
    expect(remediesIn(await examine(stack))["work.open"]).toContain("npm run reconcile");
  });
});

describe("the doctor on latency", () => {
  it("finds a function that is far from its bucket", async () => {
    let travel = () => {};
    const onTraffic = () => travel();
    await using stack = await startPatient({}, { s3: { onTraffic } });
    travel = () => (stack.clock.nowMs += 500);
    expect(remediesIn(await examine(stack))["latency.store"]).toContain("beside the bucket");
  });
});
