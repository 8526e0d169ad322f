import { expect, it } from "vitest";
import { takeLogs } from "../helpers/logs.ts";
import { CRON_SECRET, type Examined, examine, startPatient } from "./examined.ts";

const SESSION_TOKEN = "SESSIONTOKENoftheAWScredentials";
/** Secrets in the forms that variables of all kinds take. */
const PASTED = ["planted-secret-0123456789", "xoxb-planted-secret", "http://127.0.0.1:9/planted"];
const VARIABLES = [
  "SLACK_SIGNING_SECRET",
  "SLACK_BOT_TOKEN",
  "SLACK_API_URL",
  "S3_BUCKET",
  "S3_REGION",
  "S3_ENDPOINT",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_ROLE_ARN",
  "PUBLIC_BASE_URL",
  "CLOUDFRONT_DISTRIBUTION_ID",
  "IMAGE_PREFIX",
  "STATE_BUCKET",
  "STATE_PREFIX",
  "CHANNEL_IDS",
  "TAG_FORMATS",
  "LOCALE",
];

it("no report holds a secret, whatever is wrong and wherever it was pasted", async () => {
  await using stack = await startPatient(
    { AWS_SESSION_TOKEN: SESSION_TOKEN },
    { s3: { accessKeyId: "ASIALOCALACCESSKEY", sessionToken: SESSION_TOKEN } },
  );
  const { slack, s3, env } = stack;
  const reports: Examined[] = [await examine(stack)];
  for (const variable of VARIABLES) {
    for (const value of PASTED) {
      reports.push(await examine(stack, { app: stack.createInstance({ [variable]: value }) }));
    }
  }
  const times = Number.POSITIVE_INFINITY;
  slack.fault({ on: "*", kind: "platform_error", error: `refused ${slack.botToken}`, times });
  s3.fault({ on: "*", kind: "forbidden" });
  reports.push(await examine(stack));

  const said = JSON.stringify([reports, takeLogs()]);
  const secrets = [
    CRON_SECRET,
    SESSION_TOKEN,
    slack.botToken,
    slack.signingSecret,
    s3.secretAccessKey,
    "planted",
  ];
  expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
  // The test must not pass because nothing was said.
  expect(reports.filter(({ ok }) => !ok).length).toBeGreaterThan(VARIABLES.length);
  expect(env["CRON_SECRET"]).toBe(CRON_SECRET);
});
