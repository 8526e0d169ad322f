import type { Clock } from "../clock.ts";
import { sign } from "../slack/signature.ts";
import { withinLimit } from "../time-limit.ts";
import { TIME_PLAN } from "../time-plan.ts";
import { type Check, failed, passed } from "./check.ts";

export interface RequestUrlPorts {
  clock: Clock;
  /** The first one is used. */
  signingSecrets: readonly string[];
  /** The address that Slack sends to. */
  origin: string;
}

/** Sends each Request URL something harmless, signed as Slack signs it. */
export async function checkRequestUrls(ports: RequestUrlPorts): Promise<Check[]> {
  const challenge = "doctor";
  return [
    await check(ports, "slack.request-url.events", {
      path: "/api/slack/events",
      contentType: "application/json",
      body: JSON.stringify({ type: "url_verification", challenge }),
      isExpected: (text) => text === challenge,
    }),
    await check(ports, "slack.request-url.interactivity", {
      path: "/api/slack/interactivity",
      contentType: FORM,
      body: new URLSearchParams({ payload: JSON.stringify({ type: "doctor" }) }).toString(),
      isExpected: (text) => text === "",
    }),
    await check(ports, "slack.request-url.commands", {
      path: "/api/slack/commands",
      contentType: FORM,
      body: new URLSearchParams({
        command: "/upload-to-s3",
        text: "help",
        trigger_id: "doctor",
        user_id: "U0DOCTOR",
      }).toString(),
      isExpected: (text) => text.includes('"ephemeral"'),
    }),
  ];
}

const FORM = "application/x-www-form-urlencoded";

interface Sent {
  path: string;
  contentType: string;
  body: string;
  isExpected: (text: string) => boolean;
}

interface Answer {
  status: number;
  text: string;
  isPage: boolean;
  durationMs: number;
}

async function check(ports: RequestUrlPorts, name: string, sent: Sent): Promise<Check> {
  const answer = await send(ports, sent);
  if (answer === undefined) {
    return failed(
      name,
      `${sent.path} does not answer.`,
      "Deploy the app, and use the deployment's production address.",
    );
  }
  const { status, text, durationMs } = answer;
  if (status !== 200) {
    const remedy = answer.isPage && PROTECTED.has(status) ? PROTECTION : REMEDIES[status];
    return failed(name, `${sent.path} answers ${status} to Slack.`, remedy ?? LOOK);
  }
  if (!sent.isExpected(text)) {
    return failed(name, `${sent.path} answers something else than this app.`, REMEDIES[404] ?? "");
  }
  return durationMs > TIME_PLAN.triggerMs
    ? failed(
        name,
        `${sent.path} took ${durationMs} ms, and Slack waits ${TIME_PLAN.triggerMs} ms.`,
        "Choose a region for the function beside the bucket, and keep Fluid compute on.",
      )
    : passed(name, `${sent.path} answers a signed request.`);
}

const LOOK = "Look at the function log, where request.rejected says why.";
const PROTECTION =
  "Use the production address, or switch Vercel's Deployment Protection off for this one.";
const PROTECTED: ReadonlySet<number> = new Set([401, 403]);
const REDIRECTED =
  "Use the address that it redirects to in the Slack app and here: Slack follows no redirect.";
const REMEDIES: Readonly<Record<number, string>> = {
  301: REDIRECTED,
  302: REDIRECTED,
  307: REDIRECTED,
  308: REDIRECTED,
  401: "Set the deployment's SLACK_SIGNING_SECRET to the same one, redeploy it, and correct this machine's clock if it is off.",
  404: "Deploy this app there, or use the address where it is deployed.",
  503: "Open /api/health there: it names the variables that are missing or malformed.",
};

async function send(
  { clock, signingSecrets, origin }: RequestUrlPorts,
  { path, contentType, body }: Sent,
): Promise<Answer | undefined> {
  const startMs = clock.now();
  const timestamp = String(Math.floor(startMs / 1000));
  const [secret = ""] = signingSecrets;
  const headers = {
    "content-type": contentType,
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": sign(secret, timestamp, Buffer.from(body)),
  };
  try {
    return await withinLimit(
      async (signal) => {
        const init = { method: "POST", headers, body, signal, redirect: "manual" } as const;
        const response = await fetch(`${origin}${path}`, init);
        const text = await response.text();
        const isPage = (response.headers.get("content-type") ?? "").startsWith("text/html");
        return { status: response.status, text, isPage, durationMs: clock.now() - startMs };
      },
      { clock, timeoutMs: TIME_PLAN.slackMs },
    );
  } catch {
    return undefined;
  }
}
