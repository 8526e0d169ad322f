import { expect, it } from "vitest";
import { takeAnswers, takeLogs } from "../helpers/logs.ts";
import {
  FAKE,
  JPG,
  openEdit,
  openShortcut,
  PNG,
  press,
  submit,
  upload,
} from "../helpers/person.ts";
import { signedRequest, startTestStack, type TestStack } from "../helpers/stack.ts";

/** Values that nobody may ever read, each in a form that does not occur by chance. */
const SECRETS = {
  sessionToken: "SESSIONTOKENoftheAWScredentials",
  cronSecret: "cron-secret-that-nobody-knows",
  messageText: "what-somebody-wrote-beside-the-images",
  fileBytes: "BYTES-INSIDE-THE-FILE",
  oldSigningSecret: "signing-secret-that-is-being-rotated",
} as const;

it("no log line, answer, reply, modal or record holds a secret, whatever happens", async () => {
  const { sessionToken } = SECRETS;
  await using stack = await startTestStack(
    {
      SLACK_SIGNING_SECRET: `local-signing-secret-0123456789ab,${SECRETS.oldSigningSecret}`,
      AWS_SESSION_TOKEN: sessionToken,
      CRON_SECRET: SECRETS.cronSecret,
      MAX_IMAGE_BYTES: "20000",
    },
    { s3: { accessKeyId: "ASIALOCALACCESSKEY", sessionToken } },
  );
  const { slack, s3 } = stack;
  const answers = [...(await uploadInEveryWay(stack)), ...(await beRefusedInEveryWay(stack))];

  const secrets = [
    ...Object.values(SECRETS),
    slack.botToken,
    slack.signingSecret,
    s3.secretAccessKey,
    ...[...slack.state.responseUrls.keys()].map((id) => `/response/${id}`),
  ];
  const said = {
    logs: [...takeLogs(), ...takeAnswers()],
    answers,
    replies: [...slack.state.messages.values()].flat().filter(({ bot_id }) => bot_id !== undefined),
    whispers: slack.state.ephemerals,
    modals: [...slack.state.modals.values()],
    calls: slack.requests.map(({ method, args }) => ({ method, args })),
    records: s3.objects("state/").map(({ body, metadata }) => [body.toString(), metadata]),
  };
  const found = Object.entries(said).flatMap(([where, content]) =>
    secrets
      .filter((secret) => JSON.stringify(content).includes(secret))
      .map((secret) => `${secret} in ${where}`),
  );
  expect(found).toEqual([]);

  // The test must not pass because the app says nothing at all.
  const events = new Set(said.logs.map(({ event }) => event));
  expect([...events]).toEqual(expect.arrayContaining(EXPECTED_EVENTS));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400, 401, 413, 503]));
  expect(Object.entries(said).filter(([, content]) => content.length === 0)).toEqual([]);
});

const EXPECTED_EVENTS = [
  "modal.failed",
  "reconcile.finished",
  "reply.failed",
  "reply.posted",
  "request.answered",
  "request.rejected",
  "upload.claimed",
  "upload.deleted",
  "upload.failed",
  "upload.refused",
  "upload.stored",
  "work.failed",
];

interface Answer {
  status: number;
  headers: [string, string][];
  body: string;
}

async function keep(response: Response): Promise<Answer> {
  const { status, headers } = response;
  return { status, headers: [...headers], body: await response.text() };
}

/** Runs uploads that succeed and that fail in each way, buttons, modals, the shortcut, the form and a sweep. */
async function uploadInEveryWay(stack: TestStack): Promise<Answer[]> {
  const { slack, s3, app } = stack;
  const text = SECRETS.messageText;
  const bytes = Buffer.concat([PNG, Buffer.from(SECRETS.fileBytes)]);
  const file = { name: "a.png", bytes };
  const page = { name: "page.png", bytes: Buffer.from(`<!DOCTYPE html>${SECRETS.fileBytes}`) };
  const fake = { ...FAKE, bytes: Buffer.from(SECRETS.fileBytes) };
  const stored = await upload(stack, { text, files: [file, { name: "b.jpg", bytes: JPG }] });
  await upload(stack, { text, files: [fake, page, { ...file, isConnectStub: true }] });
  await upload(stack, { text, files: [{ name: "big.png", bytes: Buffer.alloc(30_000, bytes) }] });
  for (const kind of ["login_page", "error_500", "reset", "truncated", "html"] as const) {
    slack.fault({ on: "download", kind, times: 3 });
    await upload(stack, { text, files: [file] });
  }
  for (const kind of ["forbidden", "error_500", "no_such_bucket"] as const) {
    s3.fault({ on: "PUT", key: /^images/u, kind });
    await upload(stack, { text, files: [file] });
    s3.clearFaults();
  }
  for (const on of ["chat.postMessage", "chat.update"]) {
    slack.fault({ on, kind: "html", times: 4 });
    slack.fault({ on, kind: "platform_error", error: "invalid_auth", times: 2 });
    await upload(stack, { text, files: [file] });
  }
  s3.fault({ on: "PUT", kind: "forbidden", key: /^state\/(?:messages|forms)/u, times: 1 });
  const unavailable = slack.postMessage({ channel: "images", text, files: [file] });
  const answers = [await keep(await stack.send(unavailable.envelope))];
  await stack.drain();

  await openEdit(stack, stored);
  await submit(stack, { alt: "A sunrise" });
  await openShortcut(stack, stored);
  slack.fault({ on: "views.open", kind: "platform_error", error: "expired_trigger_id" });
  await openShortcut(stack, stored);
  await press(stack, stored, { action: "delete_image", fileId: stored.fileIds[1] });
  await press(stack, stored, { action: "delete_image", user: "minho" });
  await slack.slashCommand({ channel: "images", text: "" });
  await stack.drain();
  await submit(stack, { files: [file] });
  await slack.slashCommand({ channel: "images", text: "help" });
  await stack.drain();
  stack.clock.nowMs += 400_000;
  const headers = { authorization: `Bearer ${SECRETS.cronSecret}` };
  answers.push(
    await keep(await app.reconcile(new Request("https://app.example.com/", { headers }))),
  );
  return answers;
}

/** Provokes configuration errors, 400, 401 and 413, with secrets in the refused requests. */
async function beRefusedInEveryWay(stack: TestStack): Promise<Answer[]> {
  const { app, slack, clock } = stack;
  const signed = (body: string) => signedRequest(slack, body, { nowMs: clock.nowMs });
  const all = JSON.stringify([SECRETS, slack.botToken, slack.signingSecret]);
  const answers: Promise<Response>[] = [];
  for (const endpoint of ["events", "interactivity", "commands"] as const) {
    const forged = new Request("https://app.example.com/", { method: "POST", body: all });
    answers.push(
      app[endpoint](signed(all)),
      app[endpoint](signed(`payload=${encodeURIComponent(all)}`)),
      app[endpoint](signed(`{"type":"event_callback","event":${all}}`)),
      app[endpoint](signed(all.padEnd(2_000_000))),
      app[endpoint](forged),
    );
  }
  for (const variable of [
    "SLACK_SIGNING_SECRET",
    "SLACK_BOT_TOKEN",
    "S3_ENDPOINT",
    "SLACK_API_URL",
    "AWS_ROLE_ARN",
    "PUBLIC_BASE_URL",
    "TAG_FORMATS",
    "MAX_IMAGE_BYTES",
    "LOCALE",
  ]) {
    // A secret that was pasted into the wrong field.
    const value = `${SECRETS.cronSecret},${SECRETS.sessionToken},${slack.botToken}`;
    const misconfigured = stack.createInstance({ [variable]: value });
    answers.push(misconfigured.events(signed("{}")), Promise.resolve(misconfigured.health()));
  }
  const headers = { authorization: `Bearer ${slack.botToken}` };
  answers.push(app.reconcile(new Request("https://app.example.com/", { headers })));
  return Promise.all(answers.map(async (answer) => keep(await answer)));
}
