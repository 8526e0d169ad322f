import path from "node:path";
import { type Config, toConfig } from "../../lib/config.ts";
import { parseEnvironment } from "../../lib/environment.ts";
import manifest from "../../manifest.json" with { type: "json" };
import { type LocalS3, type LocalS3Options, startLocalS3 } from "../local-s3/server.ts";
import { type LocalSlack, type LocalSlackOptions, startLocalSlack } from "../local-slack/server.ts";
import { PORTS, startAt } from "./free-port.ts";
import { announceStack, LOCAL_CRON_SECRET, LOCAL_DIRECTORY } from "./running-stack.ts";

/** The local Slack and S3, and the environment that connects the functions to them. */
export interface LocalStack {
  slack: LocalSlack;
  s3: LocalS3;
  env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * Objects stay in the directory, by default `.local/`. Slack starts empty every time.
 * @throws {ConfigError} before it starts anything
 */
export async function startStack({
  functions,
  directory = LOCAL_DIRECTORY,
  settings = {},
  slackOptions = {},
  s3Options = {},
}: {
  /** The functions' address. They may start later. */
  functions: string;
  directory?: string;
  /** Settings of the app to try out. */
  settings?: Readonly<Record<string, string | undefined>>;
  slackOptions?: Pick<LocalSlackOptions, "ackTimeoutMs" | "extend" | "now" | "onTraffic">;
  s3Options?: Pick<LocalS3Options, "now" | "onTraffic">;
}): Promise<LocalStack> {
  const config = toConfig(parseEnvironment({ ...settings, ...USUAL }));
  const slack = await startAt(PORTS.slack, (port) =>
    startLocalSlack({
      ...slackOptions,
      manifest,
      port,
      requestUrls: {
        events: `${functions}/api/slack/events`,
        interactivity: `${functions}/api/slack/interactivity`,
        commands: `${functions}/api/slack/commands`,
      },
    }),
  );
  const closing: (() => unknown)[] = [() => slack.close()];
  const close = async () => void (await Promise.all(closing.map((end) => end())));
  try {
    const { origin } = slack;
    closing.push(await announceStack({ pid: process.pid, slack: origin, functions }, directory));
    const s3 = await startAt(PORTS.s3, (port) =>
      startS3(config, { ...s3Options, port, directory }),
    );
    closing.push(() => s3.close());
    const env = { ...environmentOf(slack, s3), CRON_SECRET: LOCAL_CRON_SECRET, ...QUIET };
    return { slack, s3, env, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Connects the app to both servers. Blank values override credentials for real ones, and a real CDN, in the shell. */
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
    AWS_SESSION_TOKEN: "",
    AWS_ROLE_ARN: "",
    PUBLIC_BASE_URL: s3.publicBaseUrl,
    CLOUDFRONT_DISTRIBUTION_ID: "",
  };
}

/** Silences the SDK's warning about Node 20, which matters only in production. */
export const QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" } as const;

const BUCKET = "local-images";

/** Placeholders for the variables that the stack sets, so that all other settings can be checked first. */
const USUAL = {
  SLACK_SIGNING_SECRET: "local-signing-secret",
  SLACK_BOT_TOKEN: "xoxb-local",
  SLACK_API_URL: `http://127.0.0.1:${PORTS.slack}/api/`,
  S3_BUCKET: BUCKET,
  S3_REGION: "us-east-1",
  S3_ENDPOINT: `http://127.0.0.1:${PORTS.s3}`,
  AWS_ACCESS_KEY_ID: "local-access-key",
  AWS_SECRET_ACCESS_KEY: "local-secret-key",
  AWS_SESSION_TOKEN: "",
  AWS_ROLE_ARN: "",
  CLOUDFRONT_DISTRIBUTION_ID: "",
  PUBLIC_BASE_URL: `http://127.0.0.1:${PORTS.s3}/${BUCKET}`,
} as const;

function startS3(
  { s3, imagePrefix }: Config,
  { directory, ...options }: LocalS3Options & { directory: string },
): Promise<LocalS3> {
  return startLocalS3({
    ...options,
    directory: path.join(directory, "s3"),
    bucket: [...new Set([BUCKET, s3.stateBucket])],
    publicPrefixes: [imagePrefix],
  });
}
