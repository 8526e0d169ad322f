import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../../manifest.json" with { type: "json" };
import packageJson from "../../package.json" with { type: "json" };
import { ACTIONS } from "../../lib/blocks/action-value.ts";
import { LIMITS as BLOCK_LIMITS } from "../../lib/blocks/limits.ts";
import { CALLBACKS, MAX_FORM_FILES, MAX_MODAL_IMAGES } from "../../lib/blocks/modals.ts";
import { MAX_AGE_MS } from "../../lib/doctor/check-open-work.ts";
import { OPTIONAL_SCOPES } from "../../lib/doctor/check-slack.ts";
import { MAX_PIXELS, MAX_VARIANTS, parseEnvironment, VARIABLES } from "../../lib/environment.ts";
import { en, type Messages } from "../../lib/i18n/en.ts";
import { ko } from "../../lib/i18n/ko.ts";
import { MAX_MEGAPIXELS as MAX_ENCODED } from "../../lib/images/codecs/fits-in-memory.ts";
import { MAX_LENGTH as MAX_CREDIT } from "../../lib/images/credit.ts";
import { MAX_MEGAPIXELS } from "../../lib/images/image-size.ts";
import { MAX_REDIRECTS } from "../../lib/slack/file-download.ts";
import { MAX_BODY_BYTES } from "../../lib/slack/request.ts";
import { MAX_SKEW_SECONDS } from "../../lib/slack/signature.ts";
import { FIRST_WINDOW_MS, WINDOW_MS } from "../../lib/sweep/find-lost-messages.ts";
import { MAX_ATTEMPTS } from "../../lib/sweep/finish-open-work.ts";
import { MAX_ALT_LENGTH } from "../../lib/tag/alt-text.ts";
import { TIME_PLAN } from "../../lib/time-plan.ts";
import { TRIES_WINDOW_MS } from "../../lib/uploads/keep-promise.ts";
import { FILES_IN_FLIGHT } from "../../lib/work-ports.ts";
import { CONFIGURED } from "../fixtures/variables.ts";
import type { Limit } from "./limits.ts";
import { type MarkdownDocument, readDocument } from "./read-documents.ts";
import { INSERTED, isQuoted } from "./sentences.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The files that git has, or will have with the next commit; without git, all that is not built or installed. */
export const FILES: ReadonlySet<string> = new Set(
  listFiles().filter((file) => existsSync(path.join(ROOT, file))),
);

export const DOCUMENTS: readonly MarkdownDocument[] = [...FILES]
  .filter((file) => /^(?:[^/]+|(?:docs|infra)\/.+)\.md$/u.test(file))
  .map((file) => readDocument(file, readText(file)));

function listFiles(): string[] {
  const listing = spawnSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    { cwd: ROOT, encoding: "utf8" },
  );
  return listing.status === 0 ? listing.stdout.split("\0").filter(Boolean) : listFolder(".");
}

function listFolder(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !["node_modules", ".git", ".local", ".vercel"].includes(name))
    .flatMap((entry) => {
      const name = path.posix.join(folder, entry.name);
      return entry.isDirectory() ? listFolder(name) : [name];
    });
}

export function readText(file: string): string {
  return readFileSync(path.join(ROOT, file), "utf8");
}

/** The scripts of package.json, without the one that only tells `vercel dev` not to start itself. */
export const SCRIPTS: ReadonlyMap<string, string | undefined> = new Map(
  Object.entries(packageJson.scripts)
    .filter(([, command]) => command !== "")
    .map(([script, command]) => [script, readUsage(command)]),
);

function readUsage(command: string): string | undefined {
  const [, file] = /^tsx (?<file>\S+)/u.exec(command) ?? [];
  return file && /const USAGE = `(?<usage>(?:\\.|[^\\`])*)`/u.exec(readText(file))?.[1];
}

/** Files that a reader makes while following a document. */
export const EXAMPLE_FILES: ReadonlySet<string> = new Set([
  "app.json",
  "images.json",
  "readers.json",
  "stack-outputs.json",
]);

/** Variables that something else reads, and what that is: a file of this repository, or a program. */
const OTHER_VARIABLES: Readonly<Record<string, string>> = {
  AWS_DEFAULT_REGION: "the AWS SDK; Vercel sets it",
  AWS_ENDPOINT_URL_S3: "lib/environment.ts",
  AWS_USE_DUALSTACK_ENDPOINT: "lib/environment.ts",
  AWS_USE_FIPS_ENDPOINT: "lib/environment.ts",
  AWS_REGION: "the AWS SDK; Vercel sets it",
  AWS_LAMBDA_FUNCTION_NAME: "the AWS SDK; Vercel sets it",
  DOCS_PICTURES: "test/browser/playground.test.ts",
  MINIO_REGION: "MinIO",
  NO_COLOR: "dev/doctor.ts",
  RECONCILE_URL: "dev/reconcile.ts",
  UPPER_CASE: "nobody: constants are written like this",
  VERCEL_AUTOMATION_BYPASS_SECRET: "Vercel",
  VERCEL_OIDC_TOKEN: "Vercel's OIDC library",
};

export const VARIABLE_FACTS = {
  variables: VARIABLES,
  others: new Set(
    Object.entries(OTHER_VARIABLES)
      .filter(([name, reader]) => !reader.includes("/") || readText(reader).includes(name))
      .map(([name]) => name),
  ),
  /** A variable without a default has an example instead. */
  isDefault(variable: string, value: string): boolean {
    const byDefault = valueOf(variable, {});
    return (
      Object.hasOwn(CONFIGURED, variable) ||
      byDefault === undefined ||
      valueOf(variable, { [variable]: value }) === byDefault
    );
  },
};

/** As JSON, to compare; `undefined` if nothing is set, and for a value that is refused. */
function valueOf(variable: string, changed: Readonly<Record<string, string>>): string | undefined {
  try {
    const values = Object.entries(parseEnvironment({ ...CONFIGURED, ...changed }));
    return JSON.stringify(values.find(([name]) => name === variable)?.[1]);
  } catch {
    return undefined;
  }
}

const { bot: botScopes } = manifest.oauth_config.scopes;
const { shortcuts, slash_commands: slashCommands } = manifest.features;

export const SLACK_FACTS = {
  scopes: new Set([...botScopes, ...OPTIONAL_SCOPES]),
  events: new Set(manifest.settings.event_subscriptions.bot_events),
  commands: new Set(slashCommands.map(({ command }) => command)),
  ids: new Set<string>([
    ...Object.values(ACTIONS),
    ...Object.values(CALLBACKS),
    ...shortcuts.map(({ callback_id: id }) => id),
  ]),
};

/** Each check of the doctor has its name in quotes. Other texts may be among them. */
export const CHECKS: ReadonlySet<string> = new Set(
  [...FILES]
    .filter((file) => file.startsWith("lib/doctor/"))
    .flatMap((file) => readText(file).match(/(?<=")[a-z\d]+(?:[.-][a-z\d-]+)*(?=")/gu) ?? []),
);

const MEBIBYTE = 1024 ** 2;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Limits that documents must say: the words around each, and the value from the code. */
export const LIMITS: readonly Limit[] = [
  {
    values: [parseEnvironment(CONFIGURED).MAX_IMAGE_BYTES / MEBIBYTE],
    phrases: {
      en: [
        /(?:may have|limit is|limit of|replies call(?: the default)?) (?<figure>[\d.]+) MB\b/u,
        /(?<figure>[\d.]+) MB \(of /u,
      ],
      ko: [/(?:최대|기본값이|제한 용량) (?<figure>[\d.]+) ?MB/u],
    },
  },
  {
    values: [MAX_MEGAPIXELS, MAX_ENCODED],
    phrases: { en: [/(?<figure>[\d,.]+) megapixels/u], ko: [/(?<figure>[\d,.]+) ?메가픽셀/u] },
  },
  {
    values: [MAX_FORM_FILES],
    phrases: {
      en: [/up to (?<figure>\w+) images/u],
      ko: [/최대 (?<figure>\d+) ?(?:개|장)/u],
    },
  },
  {
    values: [MAX_MODAL_IMAGES],
    phrases: {
      en: [/form shows (?<figure>\w+) images/u],
      ko: [/(?:처음|창에는 이미지가) (?<figure>\d+)개/u],
    },
    isOptional: true,
  },
  {
    values: [MAX_VARIANTS],
    phrases: {
      en: [/\b(?:widths|variants)\b[^.;,]*?, (?<figure>\w+) at most/u],
      ko: [/너비\(픽셀\)\. (?<figure>\d+)개까지/u],
    },
  },
  {
    values: [MAX_PIXELS],
    phrases: { en: [/(?<figure>[\d,]+) pixels at most/u], ko: [/(?<figure>[\d,]+)픽셀까지/u] },
    isOptional: true,
  },
  {
    values: [MAX_ALT_LENGTH],
    phrases: {
      en: [/Use at most (?<figure>[\d,]+) characters/u],
      ko: [/(?<figure>[\d,]+)자 이내/u],
    },
    isOptional: true,
  },
  {
    values: [BLOCK_LIMITS.blockText],
    phrases: {
      en: [/tag has more than (?<figure>[\d,]+) characters/u],
      ko: [/태그가 (?<figure>[\d,]+)자를 넘/u],
    },
    isOptional: true,
  },
  {
    values: [TIME_PLAN.leaseMs / SECOND],
    phrases: { en: [/worker may still be busy with \((?<figure>[\d.]+) s\)/u] },
  },
  {
    values: [TIME_PLAN.answerMs / SECOND],
    phrases: {
      en: [
        /(?:stored|ack) \[?within (?<figure>[\d.]+) s\b/u,
        /takes more than (?<figure>[\d.]+) s\b/u,
      ],
    },
  },
  { values: [TIME_PLAN.answerMs], phrases: { en: [/durationMs above (?<figure>[\d.]+)/u] } },
  {
    values: [MAX_ATTEMPTS],
    phrases: {
      en: [/(?:killed the process|broke the work) (?<figure>\w+) times/u],
      ko: [/(?:작업이|프로세스가) (?<figure>\S+) 번 (?:중단|종료)/u],
    },
  },
  { values: [FIRST_WINDOW_MS / HOUR], phrases: { en: [/(?<figure>\w+) hours the first time/u] } },
  {
    values: [MAX_AGE_MS / HOUR],
    phrases: { en: [/more than (?<figure>\w+) hours mean/u], ko: [/(?<figure>\d+)시간이 넘/u] },
  },
  {
    values: [WINDOW_MS / DAY],
    phrases: {
      en: [
        /(?:searched for|searched the channel for) more than (?<figure>\w+) days/u,
        /sweep stopped, (?<figure>\w+) days/u,
      ],
      ko: [/(?<figure>\d+)일 넘게/u],
    },
  },
  {
    values: [TRIES_WINDOW_MS / MINUTE],
    phrases: {
      en: [/less than (?<figure>\w+) minutes old/u],
      ko: [/올린 지 (?<figure>\d+)분이/u],
    },
  },
  { values: [TIME_PLAN.skewMs / MINUTE], phrases: { en: [/for (?<figure>\w+) more minutes/u] } },
  { values: [MAX_BODY_BYTES / MEBIBYTE], phrases: { en: [/body beyond (?<figure>\w+) MiB/u] } },
  {
    values: [MAX_SKEW_SECONDS],
    phrases: {
      en: [/at most (?<figure>\w+) s off/u, /off by more than (?<figure>\w+) s\b/u],
      ko: [/(?<figure>\d+)초 넘게 어긋/u],
    },
  },
  { values: [MAX_REDIRECTS], phrases: { en: [/at most (?<figure>\w+) redirects/u] } },
  { values: [MAX_CREDIT], phrases: { en: [/at most (?<figure>[\d,]+) characters each/u] } },
  {
    values: [TIME_PLAN.codecMs / SECOND],
    phrases: {
      en: [
        /(?:no step takes longer than|is killed after|the codec, its|the codec, for) (?<figure>\w+) s\b/u,
      ],
      ko: [/단계마다 (?<figure>\d+)초/u, /코덱의 (?<figure>\d+)초 제한/u],
    },
  },
  {
    values: [TIME_PLAN.downloadMs / SECOND],
    phrases: {
      en: [/too slowly \((?<figure>\w+) s\)/u],
      ko: [/너무 느렸습니다\((?<figure>\d+)초\)/u],
    },
    isOptional: true,
  },
  {
    values: [FILES_IN_FLIGHT],
    phrases: {
      en: [/(?<figure>\w+) images of MAX_IMAGE_BYTES at a time/u],
      ko: [/MAX_IMAGE_BYTES 크기의 파일 (?<figure>\d+)개/u],
    },
  },
  {
    values: [TIME_PLAN.functionMs / SECOND],
    phrases: {
      en: [/(?<figure>\w+) s in all/u, /maxDuration is (?<figure>\w+) s\b/u],
      ko: [/maxDuration은[^.]*? (?<figure>\d+)초/u],
    },
  },
];

/** Sentences of others, which no file here has. */
const OTHERS_SAY = [
  // Slack
  "Your URL didn't respond with the value of the challenge parameter.",
  "Your URL didn't respond with the value of the challenge",
  "This app responded with Status Code 401.",
  "This app responded with Status Code 503.",
  // S3, CloudFront
  "Access Denied",
  // Vercel
  "Hobby accounts are limited to daily cron jobs.",
];

/** A number that no sentence has. */
const COUNT = 7_777_777;

const CATALOGUES = { en: sentencesOf(en), ko: sentencesOf(ko) };
/** The doctor, the commands and the setup page have their sentences where they say them. */
const SOURCES = [...FILES]
  .filter((file) => /^(?:lib\/doctor|dev|public)\/.*\.(?:html|js|ts|tsx)$/u.test(file))
  .map(readText);

/** The sentence of a reply about an image that became smaller. */
const SIZES = `${INSERTED}B → ${INSERTED}B`;

export const SENTENCE_FACTS = {
  /** Whether it is a sentence of the app in this language. */
  isOurs(sentence: string, language: MarkdownDocument["language"]): boolean {
    return isQuoted(sentence, CATALOGUES[language]);
  },
  /** Whether people see it anywhere. */
  isSaid(sentence: string, language: MarkdownDocument["language"]): boolean {
    return (
      isQuoted(sentence, [...CATALOGUES[language], ...OTHERS_SAY, SIZES]) ||
      SOURCES.some((source) => source.includes(sentence))
    );
  },
  /** Why an image was not uploaded. */
  failures: { en: failuresOf(en), ko: failuresOf(ko) },
};

/** All sentences of a language, with a mark for what is inserted. */
function sentencesOf(messages: Messages): string[] {
  const summary = { names: INSERTED, uploaded: COUNT, failed: COUNT };
  return [
    ...stringsOf(messages),
    ...failuresOf(messages),
    messages.failures.too_large({ size: undefined, limit: INSERTED, maxMegapixels: COUNT }),
    ...[1, COUNT].flatMap((count) => [
      messages.uploading(count),
      messages.uploaded({ ...summary, uploaded: count }),
      messages.uploaded({ ...summary, uploaded: count, failed: 0 }),
      messages.notUploaded(count),
      messages.modal.moreImages(count),
    ]),
    messages.uploaded({ ...summary, names: "" }),
    messages.halved(INSERTED),
    ...messages.help(INSERTED).split("\n"),
  ].map((text) => text.replaceAll(String(COUNT), INSERTED));
}

function failuresOf({ failures }: Messages): string[] {
  const facts = { size: INSERTED, limit: INSERTED, maxMegapixels: COUNT };
  return Object.values(failures).map((say) => say(facts).replaceAll(String(COUNT), INSERTED));
}

function stringsOf(value: unknown): string[] {
  if (typeof value === "string") {
    return [value];
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}
