import { DEFAULT_SLACK_API_URL, type Environment } from "./environment.ts";

/** The facts of a deployment: secrets, buckets, addresses, administrators. They are the same in every conversation. */
export interface Config {
  slack: {
    signingSecrets: readonly string[];
    botToken: string;
    /** Ends with a slash. */
    apiUrl: string;
    /** Origins besides Slack's own that files may be downloaded from: the origin of a non-default `SLACK_API_URL`. */
    extraFileOrigins: readonly string[];
  };
  s3: {
    bucket: string;
    stateBucket: string;
    region: string;
    endpoint: string | undefined;
    /** Only the AWS SDK knows where S3 is. */
    isSdkAddressed: boolean;
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
  /** Unset: the CDN keeps its copies of deleted images. */
  cloudfrontDistributionId: string | undefined;
  imagePrefix: string;
  statePrefix: string;
  /** Empty means every channel that the app is a member of. */
  channelIds: ReadonlySet<string>;
  /** These people may delete any upload. */
  adminUserIds: ReadonlySet<string>;
  allowExternalUsers: boolean;
  maxImageBytes: number;
  /** Bearer token for the sweep endpoint. Unset: sweeps are refused. */
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
      // AWS_REGION is never used: the platform presets it to the function's region.
      region: env.S3_REGION ?? (env.S3_ENDPOINT === undefined ? "us-east-1" : "auto"),
      endpoint: env.S3_ENDPOINT,
      isSdkAddressed: env.isSdkAddressed,
      credentials: toCredentials(env),
    },
    publicBaseUrl: env.PUBLIC_BASE_URL,
    cloudfrontDistributionId: env.CLOUDFRONT_DISTRIBUTION_ID,
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
 * The platform may put unusable keys and a session token of its own into a function. So a role takes precedence over
 * keys, and a session token counts only with a temporary key.
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
