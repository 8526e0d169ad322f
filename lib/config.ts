import * as v from "valibot";
import { OPTIMIZE_MODES, type OptimizeMode } from "./images/optimize-modes.ts";
import { parseTemplate, TAG_FORMATS, type TagFormat } from "./tag/render-tag.ts";
import { inspectUrl, isLoopback } from "./url.ts";

export type Locale = "en" | "ko";

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
  autoUpload: boolean;
  /** May delete any upload. */
  adminUserIds: ReadonlySet<string>;
  allowExternalUsers: boolean;
  tags: {
    formats: readonly TagFormat[];
    wrapperClass: string;
    template: string;
  };
  maxImageBytes: number;
  imageOptions: {
    /** Publishes images as they are, with what a camera or an editor wrote into them. */
    keepMetadata: boolean;
    /** What the tag says of an image that declares 144 dots to the inch. */
    hidpi: "off" | "halve";
    optimize: OptimizeMode;
    /** Pixels; `undefined` leaves all sizes alone. */
    maxWidth: number | undefined;
    /** Pixels, ascending; none unless a `picture` tag shows them. */
    variantWidths: readonly number[];
  };
  /** Of whoever may start a sweep; without one nobody may. */
  cronSecret: string | undefined;
  locale: Locale;
}

export interface ConfigProblem {
  variable: string;
  expected: string;
}

export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code = "invalid_config";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(
      problems.map((problem) => `${problem.variable}: expected ${problem.expected}`).join("; "),
    );
    this.problems = problems;
  }
}

/**
 * The environment as CONTRACT-named variables, checked once.
 * Blank values count as absent.
 * @throws {ConfigError} naming each bad variable and what was expected, never the value.
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const present = Object.fromEntries(
    Object.keys(Environment.entries).map((name) => [name, env[name]?.trim() || undefined]),
  );
  const parsed = v.safeParse(Environment, present);
  if (!parsed.success) {
    throw new ConfigError(parsed.issues.map(toProblem));
  }
  const problems = crossProblems(parsed.output);
  if (problems.length > 0) {
    throw new ConfigError(problems);
  }
  return toConfig(parsed.output);
}

const DEFAULT_SLACK_API_URL = "https://slack.com/api/";

const required = (expected: string) => v.string(expected);
const Flag = (byDefault: boolean) =>
  v.pipe(
    v.optional(v.picklist(["true", "false"], '"true" or "false"'), byDefault ? "true" : "false"),
    v.transform((value) => value === "true"),
  );
const IdList = v.pipe(v.optional(v.string(), ""), v.transform(splitList));
const Prefix = (byDefault: string) =>
  v.pipe(
    v.optional(v.string(), byDefault),
    v.check((value) => !value.startsWith("/"), "a key prefix without a leading slash"),
    v.transform((value) => (value.endsWith("/") ? value : `${value}/`)),
  );

/** WebP has no more to a side, and every width is one more file to each image. */
const MAX_PIXELS = 16_383;
const MAX_VARIANTS = 8;
const Pixels = (expected: string) =>
  v.pipe(
    v.string(),
    v.regex(/^[1-9]\d{0,4}$/u, expected),
    v.transform(Number),
    v.maxValue(MAX_PIXELS, `${expected}, at most ${MAX_PIXELS}`),
  );

const Environment = v.object({
  SLACK_SIGNING_SECRET: v.pipe(
    required("the signing secret of the Slack app, or two separated by a comma"),
    v.transform((value) => value.split(",").map((secret) => secret.trim())),
    v.check(
      (secrets) => secrets.length <= 2 && secrets.every((secret) => secret !== ""),
      "one secret, or two separated by a comma, none of them empty",
    ),
  ),
  SLACK_BOT_TOKEN: v.pipe(
    required("a bot token, xoxb-…"),
    v.startsWith("xoxb-", "a bot token, xoxb-…"),
  ),
  SLACK_API_URL: v.optional(
    v.pipe(
      v.string(),
      v.check(isSecureUrl, "an https URL (plain http only for loopback)"),
      v.transform((value) => (value.endsWith("/") ? value : `${value}/`)),
    ),
    DEFAULT_SLACK_API_URL,
  ),
  S3_BUCKET: required("the name of a bucket"),
  S3_REGION: v.optional(v.string()),
  AWS_REGION: v.optional(v.string()),
  S3_ENDPOINT: v.optional(v.pipe(v.string(), v.check(isWebUrl, "an http or https URL"))),
  AWS_ACCESS_KEY_ID: v.optional(v.string()),
  AWS_SECRET_ACCESS_KEY: v.optional(v.string()),
  AWS_SESSION_TOKEN: v.optional(v.string()),
  AWS_ROLE_ARN: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^arn:[\w-]+:iam::\d+:role\/.+$/u, "arn:aws:iam::ACCOUNT:role/NAME"),
    ),
  ),
  PUBLIC_BASE_URL: v.pipe(
    required("the https URL that readers see, as https://d111.cloudfront.net"),
    v.check(isPlainWebUrl, "an http or https URL without query or fragment"),
    v.transform((value) => value.replace(/\/+$/u, "")),
  ),
  IMAGE_PREFIX: Prefix("images/"),
  STATE_BUCKET: v.optional(v.string()),
  STATE_PREFIX: Prefix("state/"),
  CHANNEL_IDS: IdList,
  AUTO_UPLOAD: Flag(true),
  ADMIN_USER_IDS: IdList,
  ALLOW_EXTERNAL_USERS: Flag(false),
  TAG_FORMATS: v.pipe(
    v.optional(v.string(), "html"),
    v.transform(splitList),
    v.array(v.picklist(TAG_FORMATS, `a comma-separated list out of ${TAG_FORMATS.join(", ")}`)),
    v.minLength(1, `at least one of ${TAG_FORMATS.join(", ")}`),
    v.transform((formats) => [...new Set(formats)]),
  ),
  TAG_WRAPPER_CLASS: v.optional(
    v.pipe(v.string(), v.maxLength(200, "a class attribute of at most 200 characters")),
  ),
  TAG_TEMPLATE: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(1000, "a template of at most 1000 characters"),
      v.check(
        (value) => parseTemplate(value) !== undefined,
        'HTML with {url} or {key}, and no other placeholders than {url} {alt} {link} {width} {height} {filename} {key}, each in text or in double quotes, as in alt="{alt}"',
      ),
    ),
  ),
  MAX_IMAGE_BYTES: v.pipe(
    v.optional(v.string(), "52428800"),
    v.regex(/^[1-9]\d{0,9}$/u, "a whole number of bytes"),
    v.transform(Number),
  ),
  CRON_SECRET: v.optional(v.string()),
  KEEP_METADATA: Flag(false),
  HIDPI: v.optional(v.picklist(["off", "halve"], '"off" or "halve"'), "off"),
  OPTIMIZE: v.optional(v.picklist(OPTIMIZE_MODES, '"off", "lossless" or "webp"'), "off"),
  MAX_WIDTH: v.optional(Pixels("a whole number of pixels")),
  VARIANT_WIDTHS: v.pipe(
    v.optional(v.string(), "640,1280,1920"),
    v.transform(splitList),
    v.array(Pixels("widths in pixels, separated by commas")),
    v.minLength(1, "at least one width in pixels"),
    v.maxLength(MAX_VARIANTS, `at most ${MAX_VARIANTS} widths`),
    v.transform((widths) => [...new Set(widths)].toSorted((a, b) => a - b)),
  ),
  LOCALE: v.optional(v.picklist(["en", "ko"], '"en" or "ko"'), "en"),
});
type Environment = v.InferOutput<typeof Environment>;

function toProblem(issue: v.BaseIssue<unknown>): ConfigProblem {
  const [variable = "environment"] = v.getDotPath(issue)?.split(".") ?? [];
  return { variable, expected: issue.message };
}

function crossProblems(env: Environment): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const sameBucket = env.STATE_BUCKET === undefined || env.STATE_BUCKET === env.S3_BUCKET;
  if (sameBucket && env.STATE_PREFIX.startsWith(env.IMAGE_PREFIX)) {
    problems.push({
      variable: "STATE_PREFIX",
      expected: "a prefix outside IMAGE_PREFIX, for records are private and images are not",
    });
  }
  if (env.AWS_ROLE_ARN === undefined && env.AWS_ACCESS_KEY_ID === undefined) {
    problems.push({
      variable: "AWS_ACCESS_KEY_ID",
      expected: "an access key with AWS_SECRET_ACCESS_KEY, or AWS_ROLE_ARN instead of both",
    });
  }
  if (env.AWS_ACCESS_KEY_ID !== undefined && env.AWS_SECRET_ACCESS_KEY === undefined) {
    problems.push({
      variable: "AWS_SECRET_ACCESS_KEY",
      expected: "the secret of AWS_ACCESS_KEY_ID",
    });
  }
  if (env.TAG_FORMATS.includes("wrapped") && env.TAG_WRAPPER_CLASS === undefined) {
    problems.push({
      variable: "TAG_WRAPPER_CLASS",
      expected: 'a class, for TAG_FORMATS has "wrapped"',
    });
  }
  if (env.TAG_FORMATS.includes("custom") && env.TAG_TEMPLATE === undefined) {
    problems.push({
      variable: "TAG_TEMPLATE",
      expected: 'a template, for TAG_FORMATS has "custom"',
    });
  }
  return problems;
}

function toConfig(env: Environment): Config {
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
      region: env.S3_REGION ?? env.AWS_REGION ?? "us-east-1",
      endpoint: env.S3_ENDPOINT,
      credentials: toCredentials(env),
    },
    publicBaseUrl: env.PUBLIC_BASE_URL,
    imagePrefix: env.IMAGE_PREFIX,
    statePrefix: env.STATE_PREFIX,
    channelIds: new Set(env.CHANNEL_IDS),
    autoUpload: env.AUTO_UPLOAD,
    adminUserIds: new Set(env.ADMIN_USER_IDS),
    allowExternalUsers: env.ALLOW_EXTERNAL_USERS,
    tags: {
      formats: env.TAG_FORMATS,
      wrapperClass: env.TAG_WRAPPER_CLASS ?? "",
      template: env.TAG_TEMPLATE ?? "",
    },
    maxImageBytes: env.MAX_IMAGE_BYTES,
    imageOptions: {
      keepMetadata: env.KEEP_METADATA,
      hidpi: env.HIDPI,
      optimize: env.OPTIMIZE,
      maxWidth: env.MAX_WIDTH,
      variantWidths: env.TAG_FORMATS.includes("picture") ? env.VARIANT_WIDTHS : [],
    },
    cronSecret: env.CRON_SECRET,
    locale: env.LOCALE,
  };
}

/** Static keys win when both ways are configured: whoever sets them means them. */
function toCredentials(env: Environment): Config["s3"]["credentials"] {
  if (env.AWS_ACCESS_KEY_ID !== undefined && env.AWS_SECRET_ACCESS_KEY !== undefined) {
    return {
      kind: "static",
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      sessionToken: env.AWS_SESSION_TOKEN,
    };
  }
  return { kind: "role", roleArn: env.AWS_ROLE_ARN ?? "" };
}

function splitList(value: string): string[] {
  return value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function isWebUrl(value: string): boolean {
  return ["http:", "https:"].includes(inspectUrl(value)?.protocol ?? "");
}

function isPlainWebUrl(value: string): boolean {
  const url = inspectUrl(value);
  return isWebUrl(value) && url?.search === "" && url.hash === "" && url.username === "";
}

function isSecureUrl(value: string): boolean {
  const url = inspectUrl(value);
  return url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
}
