import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import * as v from "valibot";
import manifest from "../manifest.json" with { type: "json" };
import { findFreePort } from "./free-port.ts";
import { type LocalS3, startLocalS3 } from "./local-s3/server.ts";
import { type LocalSlack, startLocalSlack } from "./local-slack/server.ts";

/** Slack and S3 on this machine, and the environment that connects the functions to them. */
export interface LocalStack {
  slack: LocalSlack;
  s3: LocalS3;
  /** Where the functions are to be served. */
  functionsPort: number;
  env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Objects survive in `.local/`; Slack begins anew each time. */
export async function startStack(): Promise<LocalStack> {
  const functionsPort = await findFreePort(PORTS.functions);
  const functions = `http://127.0.0.1:${functionsPort}`;
  await mkdir(DIRECTORY, { recursive: true });
  const s3 = await startLocalS3({
    port: await findFreePort(PORTS.s3),
    directory: new URL("s3/", DIRECTORY).pathname,
  });
  const slack = await startLocalSlack({
    manifest,
    port: await findFreePort(PORTS.slack),
    requestUrls: {
      events: `${functions}/api/slack/events`,
      interactivity: `${functions}/api/slack/interactivity`,
      commands: `${functions}/api/slack/commands`,
    },
  });
  await writeFile(STACK_FILE, JSON.stringify({ slack: slack.origin, functions }));
  return {
    slack,
    s3,
    functionsPort,
    env: { ...environmentOf(slack, s3), CRON_SECRET: LOCAL_CRON_SECRET, ...QUIET },
    async close() {
      await rm(STACK_FILE, { force: true });
      await Promise.all([slack.close(), s3.close()]);
    },
  };
}

/** The address of the local Slack that `npm start` left for `npm run post`. */
export async function findRunningSlack(): Promise<string> {
  return (await findRunningStack()).slack;
}

/** Where `npm start` serves Slack and the functions. */
export async function findRunningStack(): Promise<v.InferOutput<typeof StackFile>> {
  try {
    return v.parse(StackFile, await readFile(STACK_FILE, "utf8"));
  } catch (cause) {
    throw new Error("Cannot find the local stack: start it with `npm start` and keep it running", {
      cause,
    });
  }
}

/** Whoever reaches the functions of `npm start` is on this machine. */
export const LOCAL_CRON_SECRET = "local-cron-secret";

export function environmentOf(slack: LocalSlack, s3: LocalS3): Record<string, string> {
  return {
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_API_URL: slack.apiUrl,
    S3_BUCKET: s3.bucket,
    S3_REGION: s3.region,
    S3_ENDPOINT: s3.endpoint,
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    PUBLIC_BASE_URL: s3.publicBaseUrl,
  };
}

/** The SDK's reminder that Node 20 has reached its end: it runs here for local work only. */
export const QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" } as const;

const PORTS = { functions: 3000, slack: 3001, s3: 3002 } as const;
const DIRECTORY = new URL("../.local/", import.meta.url);
const STACK_FILE = new URL("stack.json", DIRECTORY);
const StackFile = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ slack: v.string(), functions: v.string() }),
);
