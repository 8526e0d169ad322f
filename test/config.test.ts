import { describe, expect, it } from "vitest";
import { ConfigError, parseConfig } from "../lib/config.ts";

const ENV = {
  SLACK_SIGNING_SECRET: "shh",
  SLACK_BOT_TOKEN: "xoxb-1",
  S3_BUCKET: "bucket",
  AWS_ACCESS_KEY_ID: "AKID",
  AWS_SECRET_ACCESS_KEY: "secret",
  PUBLIC_BASE_URL: "https://cdn.example.com/",
};

function problemsOf(changed: Record<string, string | undefined>): string[] {
  try {
    parseConfig({ ...ENV, ...changed });
    return [];
  } catch (error) {
    return error instanceof ConfigError
      ? error.problems.map(({ variable }) => variable)
      : [String(error)];
  }
}

describe("parseConfig()", () => {
  it("fills in the defaults", () => {
    expect(parseConfig(ENV)).toMatchObject({
      slack: { signingSecrets: ["shh"], apiUrl: "https://slack.com/api/", extraFileOrigins: [] },
      s3: { bucket: "bucket", stateBucket: "bucket", region: "us-east-1", endpoint: undefined },
      publicBaseUrl: "https://cdn.example.com",
      imagePrefix: "images/",
      statePrefix: "state/",
      autoUpload: true,
      allowExternalUsers: false,
      tags: { formats: ["html"] },
      maxImageBytes: 52_428_800,
      imageOptions: {
        keepMetadata: false,
        hidpi: "off",
        optimize: "off",
        maxWidth: undefined,
        variantWidths: [],
      },
      locale: "en",
    });
  });

  it.each([
    ["SLACK_SIGNING_SECRET", undefined],
    ["SLACK_SIGNING_SECRET", " "],
    ["SLACK_SIGNING_SECRET", "one,"],
    ["SLACK_SIGNING_SECRET", "one,two,three"],
    ["SLACK_BOT_TOKEN", undefined],
    ["SLACK_BOT_TOKEN", "xoxp-user"],
    ["SLACK_API_URL", "http://slack.example.com/api/"],
    ["SLACK_API_URL", "slack"],
    ["S3_BUCKET", undefined],
    ["S3_ENDPOINT", "ftp://store"],
    ["PUBLIC_BASE_URL", undefined],
    ["PUBLIC_BASE_URL", "cdn.example.com"],
    ["PUBLIC_BASE_URL", "https://cdn.example.com/?a"],
    ["AWS_ACCESS_KEY_ID", undefined],
    ["AWS_SECRET_ACCESS_KEY", undefined],
    ["AWS_ROLE_ARN", "role"],
    ["IMAGE_PREFIX", "/images"],
    ["STATE_PREFIX", "images/state/"],
    ["AUTO_UPLOAD", "yes"],
    ["TAG_FORMATS", "html,bbcode"],
    ["TAG_FORMATS", ","],
    ["TAG_WRAPPER_CLASS", undefined, { TAG_FORMATS: "wrapped" }],
    ["TAG_TEMPLATE", undefined, { TAG_FORMATS: "custom" }],
    ["TAG_TEMPLATE", "{nonsense}", { TAG_FORMATS: "custom" }],
    ["MAX_IMAGE_BYTES", "0"],
    ["MAX_IMAGE_BYTES", "1.5e6"],
    ["HIDPI", "true"],
    ["OPTIMIZE", "true"],
    ["MAX_WIDTH", "0"],
    ["MAX_WIDTH", "16384"],
    ["VARIANT_WIDTHS", ","],
    ["VARIANT_WIDTHS", "640,1280px"],
    ["VARIANT_WIDTHS", "1,2,3,4,5,6,7,8,9"],
    ["LOCALE", "kr"],
  ] as [string, string | undefined, Record<string, string>?][])(
    "names %s when it is %j",
    (variable, value, others = {}) => {
      expect(problemsOf({ ...others, [variable]: value })).toEqual([variable]);
    },
  );

  it("names all that is wrong at once, and never a value", () => {
    const error = captureError({ SLACK_BOT_TOKEN: "hunter2", S3_BUCKET: undefined });
    expect(error?.problems.map(({ variable }) => variable)).toEqual([
      "SLACK_BOT_TOKEN",
      "S3_BUCKET",
    ]);
    expect(error?.message).not.toContain("hunter2");
  });

  it("takes two signing secrets, a role in place of keys, lists and prefixes without their slash", () => {
    const config = parseConfig({
      ...ENV,
      SLACK_SIGNING_SECRET: "old, new",
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/uploader",
      AWS_REGION: "eu-central-1",
      CHANNEL_IDS: "C1, C2",
      IMAGE_PREFIX: "img",
      TAG_FORMATS: "markdown, html",
    });
    expect(config).toMatchObject({
      slack: { signingSecrets: ["old", "new"] },
      s3: { region: "eu-central-1", credentials: { kind: "role" } },
      channelIds: new Set(["C1", "C2"]),
      imagePrefix: "img/",
      tags: { formats: ["markdown", "html"] },
    });
  });

  it("sorts the widths of copies, and wants none unless a tag shows them", () => {
    const widths = { VARIANT_WIDTHS: "1280, 640,1280" };
    expect(parseConfig({ ...ENV, ...widths }).imageOptions.variantWidths).toEqual([]);
    expect(
      parseConfig({ ...ENV, ...widths, TAG_FORMATS: "html,picture" }).imageOptions.variantWidths,
    ).toEqual([640, 1280]);
    expect(parseConfig({ ...ENV, TAG_FORMATS: "picture" }).imageOptions.variantWidths).toEqual([
      640, 1280, 1920,
    ]);
  });

  it("allows the origin of a SLACK_API_URL of its own as a file host", () => {
    const { slack } = parseConfig({ ...ENV, SLACK_API_URL: "http://127.0.0.1:4010/api" });
    expect(slack).toMatchObject({
      apiUrl: "http://127.0.0.1:4010/api/",
      extraFileOrigins: ["http://127.0.0.1:4010"],
    });
  });
});

function captureError(changed: Record<string, string | undefined>): ConfigError | undefined {
  try {
    parseConfig({ ...ENV, ...changed });
    return undefined;
  } catch (error) {
    return error instanceof ConfigError ? error : undefined;
  }
}
