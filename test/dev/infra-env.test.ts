import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderVercelEnv } from "../../dev/infra/vercel-env.ts";
import { type Checkout, createCheckout } from "./checkout.ts";

const VALUES = {
  S3Bucket: "upload-to-s3-bucket-1abc2def3ghi",
  S3Region: "eu-central-1",
  AwsRoleArn: "arn:aws:iam::123456789012:role/upload-to-s3-Role-AbC123",
  PublicBaseUrl: "https://d111111abcdef8.cloudfront.net",
  CloudfrontDistributionId: "E1U5RQF7T870K0",
};
const LINES = [
  "vercel env add S3_BUCKET production --value upload-to-s3-bucket-1abc2def3ghi --yes",
  "vercel env add S3_REGION production --value eu-central-1 --yes",
  "vercel env add AWS_ROLE_ARN production --value arn:aws:iam::123456789012:role/upload-to-s3-Role-AbC123 --yes",
  "vercel env add PUBLIC_BASE_URL production --value https://d111111abcdef8.cloudfront.net --yes",
  "vercel env add CLOUDFRONT_DISTRIBUTION_ID production --value E1U5RQF7T870K0 --yes",
];

describe("renderVercelEnv()", () => {
  it("reads a description, and the list of outputs in it", () => {
    const described = describeStacks([{ Outputs: outputsFor(VALUES), StackName: "a" }]);
    expect(commandsOf(renderVercelEnv(described))).toEqual(LINES);
    expect(commandsOf(renderVercelEnv(JSON.stringify(outputsFor(VALUES))))).toEqual(LINES);
  });

  it("names the environment that the role is for, and leaves other outputs out", () => {
    const values = { ...VALUES, VercelEnvironment: "preview", DnsTarget: "d1.cloudfront.net" };
    expect(commandsOf(renderVercelEnv(JSON.stringify(outputsFor(values))))).toEqual(
      LINES.map((line) => line.replace(" production ", " preview ")),
    );
  });

  it("sets only variables that .env.example has", async () => {
    const example = await readFile(new URL("../../.env.example", import.meta.url), "utf8");
    const known = new Set([...example.matchAll(/^#?([A-Z\d_]+)=/gmu)].map(([, name]) => name));
    const lines = renderVercelEnv(JSON.stringify(outputsFor(VALUES))).split("\n");
    const names = lines.flatMap((line) => /env add (\S+)/u.exec(line)?.[1] ?? []);
    expect(names).toHaveLength(Object.keys(VALUES).length);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  it.each([
    ["text", "OUTPUTS\tS3Bucket", "it is not JSON, so add --output json to the command"],
    ["nothing", "", "it is not JSON"],
    ["null", "null", "it is not what `aws cloudformation describe-stacks"],
    ["another command's answer", '{"StackId":"a"}', "it is not what `aws"],
    ["no stack", describeStacks([]), "it describes 0 stacks, so name the one with --stack-name"],
    ["two stacks", describeStacks([{}, {}]), "it describes 2 stacks"],
    [
      "an unfinished stack",
      describeStacks([{ StackStatus: "CREATE_IN_PROGRESS" }]),
      "the stack has no outputs, and its status is CREATE_IN_PROGRESS",
    ],
    [
      "another stack",
      JSON.stringify(outputsFor({ S3Bucket: "images" })),
      "the stack has no output S3Region, AwsRoleArn, PublicBaseUrl, CloudfrontDistributionId",
    ],
    ["a command as a value", withValue("S3Bucket", "a;rm -rf ~"), "the output S3Bucket is not"],
    ["a bad region", withValue("S3Region", "auto"), "the output S3Region is not"],
    ["a user's ARN", withValue("AwsRoleArn", "arn:aws:iam::1:user/a"), "AwsRoleArn is not"],
    ["http", withValue("PublicBaseUrl", "http://a.example"), "PublicBaseUrl is not"],
    ["a URL with a path", withValue("PublicBaseUrl", "https://a.example/$(b)"), "PublicBaseUrl is"],
    ["a bad id", withValue("CloudfrontDistributionId", "e 1"), "CloudfrontDistributionId is not"],
    ["a bad environment", withValue("VercelEnvironment", "a b"), "VercelEnvironment is not"],
  ])("refuses %s", (_, text, sentence) => {
    expect(() => renderVercelEnv(text)).toThrow(sentence);
  });
});

describe("npm run infra:env", () => {
  let checkout: Checkout;

  beforeAll(async () => {
    checkout = await createCheckout();
  });

  afterAll(() => checkout[Symbol.asyncDispose]());

  it("prints the lines for a file", async () => {
    await writeFile(file("stack-outputs.json"), describeStacks([{ Outputs: outputsFor(VALUES) }]));
    const { code, stdout, stderr } = await run("stack-outputs.json");
    expect([code, stderr, commandsOf(stdout.trim())]).toEqual([0, "", LINES]);
  });

  it.each([
    [[], "Name one file, the outputs of the stack: see --help\n"],
    [["a.json", "b.json"], "Name one file, the outputs of the stack: see --help\n"],
    [["missing.json"], "Cannot read missing.json: there is no such file\n"],
    [
      ["outputs.txt"],
      "Cannot use outputs.txt: it is not JSON, so add --output json to the command\n",
    ],
  ])("refuses %j", async (args, stderr) => {
    await writeFile(file("outputs.txt"), "OUTPUTS");
    expect(await run(...args)).toEqual({ code: 1, stdout: "", stderr });
  });

  function file(name: string): string {
    return path.join(checkout.directory, name);
  }

  function run(...args: string[]) {
    return checkout.run("dev/infra-env", args);
  }
});

function outputsFor(values: Readonly<Record<string, string>>) {
  return Object.entries(values).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
}

function describeStacks(stacks: readonly object[]): string {
  return JSON.stringify({ Stacks: stacks });
}

function withValue(output: string, value: string): string {
  return JSON.stringify(outputsFor({ ...VALUES, [output]: value }));
}

function commandsOf(text: string): string[] {
  return text.split("\n").filter((line) => !line.startsWith("#"));
}
