import * as v from "valibot";
import { LOCALES } from "./i18n/locales.ts";
import { OPTIMIZE_MODES } from "./images/optimize-modes.ts";
import { isBucketName } from "./storage/bucket-name.ts";
import { parseTemplate, TAG_FORMATS } from "./tag/render-tag.ts";
import { inspectUrl, isLoopback } from "./url.ts";

export interface ConfigProblem {
  variable: string;
  expected: string;
}

export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code = "invalid_config";
  readonly problems: readonly ConfigProblem[];
  /** Names, without repetition. */
  readonly variables: readonly string[];

  constructor(problems: readonly ConfigProblem[]) {
    // Several items of a list may have the same problem.
    const sentences = problems.map(({ variable, expected }) => `${variable}: expected ${expected}`);
    super([...new Set(sentences)].join("; "));
    this.problems = problems;
    this.variables = namesOf(problems);
  }
}

/**
 * Checks all variables at once. Blank values count as absent.
 * @throws {ConfigError} naming each bad variable and what was expected, never the value.
 */
export function parseEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const present: Present = Object.fromEntries(
    Object.keys(Environment.entries).map((name) => [name, env[name]?.trim() || undefined]),
  );
  const parsed = v.safeParse(Environment, present);
  const malformed = (parsed.issues ?? []).map(toProblem);
  const problems = [...malformed, ...crossProblems(present, new Set(namesOf(malformed)))];
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(problems);
  }
  const isSdkAddressed = SDK_ADDRESSES.some((name) => (env[name]?.trim() ?? "") !== "");
  return { ...parsed.output, isSdkAddressed };
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
const SDK_ADDRESSES = [
  "AWS_ENDPOINT_URL",
  "AWS_ENDPOINT_URL_S3",
  "AWS_USE_DUALSTACK_ENDPOINT",
  "AWS_USE_FIPS_ENDPOINT",
];

export const DEFAULT_SLACK_API_URL = "https://slack.com/api/";
const DEFAULT_IMAGE_PREFIX = "images/";
const DEFAULT_STATE_PREFIX = "state/";

const required = (expected: string) => v.string(expected);
const KEPT_METADATA = { false: "none", credit: "credit", true: "all" } as const;
const Flag = (byDefault: boolean) =>
  v.pipe(
    v.optional(v.picklist(["true", "false"], '"true" or "false"'), byDefault ? "true" : "false"),
    v.transform((value) => value === "true"),
  );
const IdList = (pattern: RegExp, expected: string) =>
  v.pipe(
    v.optional(v.string(), ""),
    v.transform(splitList),
    v.array(v.pipe(v.string(), v.regex(pattern, expected))),
  );
/** Refuses "." and "..", because browsers resolve them and would request another key. */
const Prefix = (byDefault: string) =>
  v.pipe(
    v.optional(v.string(), byDefault),
    v.regex(
      /^(?:(?!\.{1,2}(?:\/|$))[^/\p{Control}]+(?:\/|$))+$/u,
      'a key prefix without a leading slash, and without "//", "." or ".." in it',
    ),
    v.transform(toPrefix),
  );
const Bucket = v.pipe(
  v.string("the name of a bucket"),
  v.check(
    isBucketName,
    "the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens, as S3 allows them; or the ARN or alias of an access point",
  ),
);

/** AWS documents no rule, but every id that it gives looks like this. */
export const DISTRIBUTION_ID = /^E[A-Z\d]+$/u;

/** WebP allows no larger side. Every variant width adds one file per image. */
export const MAX_PIXELS = 16_383;
export const MAX_VARIANTS = 8;
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
    v.regex(/^xoxb-[\w-]+$/u, "a bot token, xoxb-…"),
  ),
  SLACK_API_URL: v.optional(
    v.pipe(
      v.string(),
      v.check(isSecureUrl, "an https URL without query or fragment (plain http only for loopback)"),
      v.transform((value) => (value.endsWith("/") ? value : `${value}/`)),
    ),
    DEFAULT_SLACK_API_URL,
  ),
  S3_BUCKET: Bucket,
  S3_REGION: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[a-z\d](?:[a-z\d-]*[a-z\d])?$/iu, "the bucket's region, as eu-central-1"),
    ),
  ),
  S3_ENDPOINT: v.optional(
    v.pipe(v.string(), v.check(isPlainWebUrl, "an http or https URL without query or fragment")),
  ),
  AWS_ACCESS_KEY_ID: v.optional(v.string()),
  AWS_SECRET_ACCESS_KEY: v.optional(v.string()),
  AWS_SESSION_TOKEN: v.optional(v.string()),
  AWS_ROLE_ARN: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/u, "arn:aws:iam::ACCOUNT:role/NAME"),
    ),
  ),
  PUBLIC_BASE_URL: v.pipe(
    required("the https URL that readers see, as https://d111.cloudfront.net"),
    v.check(isPlainWebUrl, "an http or https URL without query or fragment"),
    v.transform((value) => value.replace(/\/+$/u, "")),
  ),
  CLOUDFRONT_DISTRIBUTION_ID: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        DISTRIBUTION_ID,
        "the id of a CloudFront distribution, E and capital letters or digits, as E1U5RQF7T870K0",
      ),
    ),
  ),
  IMAGE_PREFIX: Prefix(DEFAULT_IMAGE_PREFIX),
  STATE_BUCKET: v.optional(Bucket),
  STATE_PREFIX: Prefix(DEFAULT_STATE_PREFIX),
  CHANNEL_IDS: IdList(
    /^[CDG][A-Z\d]+$/u,
    "ids of channels (C…, G… or D…), not their names, separated by commas",
  ),
  AUTO_UPLOAD: Flag(true),
  ADMIN_USER_IDS: IdList(
    /^[UW][A-Z\d]+$/u,
    "ids of people (U… or W…), not their names, separated by commas",
  ),
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
  KEEP_METADATA: v.pipe(
    v.optional(v.picklist(["false", "credit", "true"], '"false", "credit" or "true"'), "false"),
    v.transform((value) => KEPT_METADATA[value]),
  ),
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
  LOCALE: v.optional(
    v.picklist(LOCALES, LOCALES.map((locale) => `"${locale}"`).join(" or ")),
    "en",
  ),
});
export type Environment = v.InferOutput<typeof Environment> & {
  /** Variables of the AWS SDK say where S3 is, and the app leaves their meaning to the SDK. */
  isSdkAddressed: boolean;
};
/** The names of all variables that the app reads. */
export const VARIABLES: readonly string[] = Object.keys(Environment.entries);
/** The variables as they were set, without blank ones. */
type Present = Readonly<Partial<Record<keyof Environment, string | undefined>>>;

function toProblem(issue: v.BaseIssue<unknown>): ConfigProblem {
  const [variable = "environment"] = v.getDotPath(issue)?.split(".") ?? [];
  return { variable, expected: issue.message };
}

function namesOf(problems: readonly ConfigProblem[]): string[] {
  return [...new Set(problems.map(({ variable }) => variable))];
}

/** Finds problems between variables that are well formed on their own. */
function crossProblems(env: Present, malformed: ReadonlySet<string>): ConfigProblem[] {
  const imagePrefix = toPrefix(env.IMAGE_PREFIX ?? DEFAULT_IMAGE_PREFIX);
  const statePrefix = toPrefix(env.STATE_PREFIX ?? DEFAULT_STATE_PREFIX);
  const formats = splitList(env.TAG_FORMATS ?? "");
  const isSameBucket = env.STATE_BUCKET === undefined || env.STATE_BUCKET === env.S3_BUCKET;
  const needsKeys = env.AWS_ROLE_ARN === undefined;
  const problems: readonly (ConfigProblem & { isFound: boolean })[] = [
    {
      variable: "STATE_PREFIX",
      expected: "a prefix outside IMAGE_PREFIX, for records are private and images are not",
      isFound: isSameBucket && statePrefix.startsWith(imagePrefix),
    },
    {
      variable: "PUBLIC_BASE_URL",
      expected: "a URL that does not end with IMAGE_PREFIX, for every key begins with that",
      isFound: `${inspectUrl(env.PUBLIC_BASE_URL ?? "")?.pathname}/`
        .replace(/\/+$/u, "/")
        .endsWith(`/${encodeURI(imagePrefix)}`),
    },
    {
      variable: "AWS_ACCESS_KEY_ID",
      expected: "an access key with AWS_SECRET_ACCESS_KEY, or AWS_ROLE_ARN instead of both",
      isFound: needsKeys && env.AWS_ACCESS_KEY_ID === undefined,
    },
    {
      variable: "AWS_SECRET_ACCESS_KEY",
      expected: "the secret of AWS_ACCESS_KEY_ID, or AWS_ROLE_ARN instead of both",
      isFound: needsKeys && env.AWS_SECRET_ACCESS_KEY === undefined,
    },
    {
      variable: "TAG_WRAPPER_CLASS",
      expected: 'a class, for TAG_FORMATS has "wrapped"',
      isFound: formats.includes("wrapped") && env.TAG_WRAPPER_CLASS === undefined,
    },
    {
      variable: "TAG_TEMPLATE",
      expected: 'a template, for TAG_FORMATS has "custom"',
      isFound: formats.includes("custom") && env.TAG_TEMPLATE === undefined,
    },
  ];
  return problems.filter(({ variable, isFound }) => isFound && !malformed.has(variable));
}

function splitList(value: string): string[] {
  return value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function toPrefix(value: string): string {
  return value.endsWith("/") ? value : `${value}/`;
}

/** Accepts URLs that a path can be appended to. "https:example.com" parses as a URL too, but is a typing mistake. */
function isPlainWebUrl(value: string): boolean {
  const url = inspectUrl(value);
  const isWhole = /^https?:\/\/[^\s/\\?#@]+(?:\/[^\s\\?#]*)?$/iu.test(value);
  return isWhole && url !== undefined;
}

function isSecureUrl(value: string): boolean {
  const { protocol, hostname = "" } = inspectUrl(value) ?? {};
  return isPlainWebUrl(value) && (protocol === "https:" || isLoopback(hostname));
}
