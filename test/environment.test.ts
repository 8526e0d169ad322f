import { describe, expect, it } from "vitest";
import { toConfig } from "../lib/config.ts";
import { ConfigError, parseEnvironment } from "../lib/environment.ts";
import { en } from "../lib/i18n/en.ts";
import { ko } from "../lib/i18n/ko.ts";
import { toSettings } from "../lib/settings.ts";
import { CONFIGURED as ENV, MALFORMED_VARIABLES } from "./fixtures/variables.ts";

function problemsOf(changed: Record<string, string | undefined>): string[] {
  try {
    parseEnvironment({ ...ENV, ...changed });
    return [];
  } catch (error) {
    return error instanceof ConfigError
      ? error.problems.map(({ variable }) => variable)
      : [String(error)];
  }
}

const configOf = (env: Record<string, string | undefined>) => toConfig(parseEnvironment(env));
const settingsOf = (env: Record<string, string | undefined>) => toSettings(parseEnvironment(env));

describe("parseEnvironment()", () => {
  it("fills in the defaults", () => {
    expect(configOf(ENV)).toMatchObject({
      slack: { signingSecrets: ["shh"], apiUrl: "https://slack.com/api/", extraFileOrigins: [] },
      s3: { bucket: "bucket", stateBucket: "bucket", region: "us-east-1", endpoint: undefined },
      publicBaseUrl: "https://cdn.example.com",
      imagePrefix: "images/",
      statePrefix: "state/",
      allowExternalUsers: false,
      maxImageBytes: 52_428_800,
    });
    expect(settingsOf(ENV)).toEqual({
      autoUpload: true,
      tags: { formats: ["html"], wrapperClass: "", template: "" },
      imageOptions: {
        keepMetadata: "none",
        hidpi: "off",
        optimize: "off",
        maxWidth: undefined,
        variantWidths: [],
      },
      messages: en,
    });
  });

  it.each(MALFORMED_VARIABLES)("names %s when it is %j", (variable, value, others = {}) => {
    expect(problemsOf({ ...others, [variable]: value })).toEqual([variable]);
  });

  it.each([
    ["SLACK_BOT_TOKEN", "xoxb-1234-5678-AbCd"],
    ["SLACK_API_URL", "http://localhost:4010/api"],
    ["S3_BUCKET", "my.bucket-1"],
    ["S3_BUCKET", "a".repeat(63)],
    ["S3_BUCKET", "my-access-point-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias"],
    ["S3_BUCKET", "my-base-name--usw2-az1--x-s3"],
    ["S3_BUCKET", "arn:aws:s3:us-west-2:123456789012:accesspoint/images"],
    ["S3_BUCKET", "arn:aws-cn:s3:cn-north-1:123456789012:accesspoint/images"],
    ["S3_BUCKET", "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap"],
    ["S3_REGION", "auto"],
    ["S3_ENDPOINT", "https://account.r2.cloudflarestorage.com"],
    ["S3_ENDPOINT", "http://127.0.0.1:9000/"],
    ["AWS_ROLE_ARN", "arn:aws-us-gov:iam::123456789012:role/team/uploader"],
    ["PUBLIC_BASE_URL", "https://example.com/static/"],
    ["PUBLIC_BASE_URL", "https://images.example.com"],
    ["PUBLIC_BASE_URL", "https://example.com/my-images"],
    ["PUBLIC_BASE_URL", "https://example.com/images", { IMAGE_PREFIX: "pictures/" }],
    ["CLOUDFRONT_DISTRIBUTION_ID", "EDFDVBD632BHDS5"],
    ["CLOUDFRONT_DISTRIBUTION_ID", " "],
    ["IMAGE_PREFIX", "a/b.c/이미지"],
    ["STATE_PREFIX", "images/state/", { STATE_BUCKET: "another" }],
    ["STATE_PREFIX", "images-state"],
    ["CHANNEL_IDS", "C0AB12, G0AB12,D0AB12,"],
    ["ADMIN_USER_IDS", "U0AB12,W0AB12"],
    ["TAG_TEMPLATE", '<img src="{url}" alt="{alt}">', { TAG_FORMATS: "custom" }],
    ["LOCALE", " "],
  ] as [string, string, Record<string, string>?][])(
    "accepts %s when it is %j",
    (variable, value, others = {}) => {
      expect(problemsOf({ ...others, [variable]: value })).toEqual([]);
    },
  );

  it("asks for no keys with a role, and for both without one", () => {
    const role = { AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/uploader" };
    const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    expect(problemsOf({ ...none, ...role })).toEqual([]);
    expect(problemsOf({ ...role, AWS_SECRET_ACCESS_KEY: undefined })).toEqual([]);
    expect(problemsOf(none)).toEqual(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]);
  });

  it("names every bad variable at once, and never a value", () => {
    const error = captureError({ SLACK_BOT_TOKEN: "hunter2", S3_BUCKET: undefined });
    expect(error?.problems.map(({ variable }) => variable)).toEqual([
      "SLACK_BOT_TOKEN",
      "S3_BUCKET",
    ]);
    expect(error?.message).not.toContain("hunter2");
  });

  it.each([
    ["false", "none"],
    ["credit", "credit"],
    ["true", "all"],
  ])("keeps of metadata what KEEP_METADATA=%s says", (value, keepMetadata) => {
    expect(settingsOf({ ...ENV, KEEP_METADATA: value }).imageOptions).toMatchObject({
      keepMetadata,
    });
    expect(problemsOf({ KEEP_METADATA: `${value}s` })).toEqual(["KEEP_METADATA"]);
  });

  it("takes two signing secrets, a role in place of keys, lists and prefixes without their slash", () => {
    const env = {
      ...ENV,
      SLACK_SIGNING_SECRET: "old, new",
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/uploader",
      AWS_REGION: "eu-central-1",
      CHANNEL_IDS: "C1, C2",
      IMAGE_PREFIX: "img",
      TAG_FORMATS: "markdown, html",
      LOCALE: "ko",
    };
    expect(configOf(env)).toMatchObject({
      slack: { signingSecrets: ["old", "new"] },
      s3: { region: "us-east-1", credentials: { kind: "role" } },
      channelIds: new Set(["C1", "C2"]),
      imagePrefix: "img/",
    });
    expect(settingsOf(env)).toMatchObject({
      tags: { formats: ["markdown", "html"] },
      messages: ko,
    });
  });

  it("sorts the widths of variants, and has none unless a tag shows them", () => {
    const widths = { VARIANT_WIDTHS: "1280, 640,1280" };
    expect(settingsOf({ ...ENV, ...widths }).imageOptions.variantWidths).toEqual([]);
    expect(
      settingsOf({ ...ENV, ...widths, TAG_FORMATS: "html,picture" }).imageOptions.variantWidths,
    ).toEqual([640, 1280]);
    expect(settingsOf({ ...ENV, TAG_FORMATS: "picture" }).imageOptions.variantWidths).toEqual([
      640, 1280, 1920,
    ]);
  });

  it("allows the origin of a SLACK_API_URL of its own as a file host", () => {
    const { slack } = configOf({ ...ENV, SLACK_API_URL: "http://127.0.0.1:4010/api" });
    expect(slack).toMatchObject({
      apiUrl: "http://127.0.0.1:4010/api/",
      extraFileOrigins: ["http://127.0.0.1:4010"],
    });
  });
});

function captureError(changed: Record<string, string | undefined>): ConfigError | undefined {
  try {
    parseEnvironment({ ...ENV, ...changed });
    return undefined;
  } catch (error) {
    return error instanceof ConfigError ? error : undefined;
  }
}
