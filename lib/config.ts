import { DEFAULT_SLACK_API_URL, type Environment } from "./environment.ts";

/** What a deployment is: everybody who uses it has the same. */
export interface Config {
  slack: {
    signingSecrets: readonly string[];
    botToken: string;
    /** Ends with a slash. */
    apiUrl: string;
    /** Origins besides Slack's own that may be asked for a file: that of a non-default `SLACK_API_URL`. */
    extraFileOrigins: readonly string[];
  };
  s3: {
    bucket: string;
    stateBucket: string;
    region: string;
    endpoint: string | undefined;
    credentials:
      | {
          kind: "static";
          accessKeyId: string;
          secretAccessKey: string;
          sessionToken: string | undefined;
        }
      | { kind: "role"; roleArn: string };
  };
  /** Without a trailing slash. */
  publicBaseUrl: string;
  imagePrefix: string;
  statePrefix: string;
  /** Empty: every channel that the app is in. */
  channelIds: ReadonlySet<string>;
  /** May delete any upload. */
  adminUserIds: ReadonlySet<string>;
  allowExternalUsers: boolean;
  maxImageBytes: number;
  /** Of whoever may start a sweep; without one nobody may. */
  cronSecret: string | undefined;
}

export function toConfig(env: Environment): Config {
  const isDefaultApi = env.SLACK_API_URL === DEFAULT_SLACK_API_URL;
  return {
    slack: {
      signingSecrets: env.SLACK_SIGNING_SECRET,
      botToken: env.SLACK_BOT_TOKEN,
      apiUrl: env.SLACK_API_URL,
      extraFileOrigins: isDefaultApi ? [] : [new URL(env.SLACK_API_URL).origin],
    },
    s3: {
      bucket: env.S3_BUCKET,
      stateBucket: env.STATE_BUCKET ?? env.S3_BUCKET,
      // Never AWS_REGION: the platform presets that to the region of the function.
      region: env.S3_REGION ?? (env.S3_ENDPOINT === undefined ? "us-east-1" : "auto"),
      endpoint: env.S3_ENDPOINT,
      credentials: toCredentials(env),
    },
    publicBaseUrl: env.PUBLIC_BASE_URL,
    imagePrefix: env.IMAGE_PREFIX,
    statePrefix: env.STATE_PREFIX,
    channelIds: new Set(env.CHANNEL_IDS),
    adminUserIds: new Set(env.ADMIN_USER_IDS),
    allowExternalUsers: env.ALLOW_EXTERNAL_USERS,
    maxImageBytes: env.MAX_IMAGE_BYTES,
    cronSecret: env.CRON_SECRET,
  };
}

/**
 * The platform may put keys and a session token of its own into a function, none of them usable: a role wins over them,
 * and a token counts with a temporary key only.
 * https://vercel.com/docs/environment-variables/reserved-environment-variables
 */
function toCredentials(env: Environment): Config["s3"]["credentials"] {
  if (env.AWS_ROLE_ARN !== undefined) {
    return { kind: "role", roleArn: env.AWS_ROLE_ARN };
  }
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = env;
  const sessionToken = accessKeyId.startsWith("ASIA") ? env.AWS_SESSION_TOKEN : undefined;
  return { kind: "static", accessKeyId, secretAccessKey, sessionToken };
}
