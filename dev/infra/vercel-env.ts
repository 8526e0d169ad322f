import * as v from "valibot";
import { DISTRIBUTION_ID } from "../../lib/environment.ts";
import { isBucketName } from "../../lib/storage/bucket-name.ts";

/**
 * Turns what `aws cloudformation describe-stacks` printed, or the list of outputs in it, into commands for a shell.
 * No value needs quotes there.
 * @throws with a sentence if it describes anything but one finished stack of infra/aws.
 */
export function renderVercelEnv(json: string): string {
  const outputs = readOutputs(json);
  const missing = VARIABLES.map(({ output }) => output).filter((name) => !outputs.has(name));
  if (missing.length > 0) {
    throw new Error(`the stack has no output ${missing.join(", ")}`);
  }
  const environment = outputs.get("VercelEnvironment") ?? "production";
  requireMatch("VercelEnvironment", environment, (value) => /^[a-z]+$/u.test(value));
  const lines = VARIABLES.map(({ output, variable, isValid }) => {
    const value = outputs.get(output) ?? "";
    requireMatch(output, value, isValid);
    return `vercel env add ${variable} ${environment} --value ${value} --yes`;
  });
  return [...INTRODUCTION, ...lines].join("\n");
}

interface Variable {
  output: string;
  variable: string;
  isValid: (value: string) => boolean;
}

const VARIABLES: readonly Variable[] = [
  { output: "S3Bucket", variable: "S3_BUCKET", isValid: isBucketName },
  {
    output: "S3Region",
    variable: "S3_REGION",
    isValid: (value) => /^[a-z]+(?:-[a-z]+)+-\d+$/u.test(value),
  },
  {
    output: "AwsRoleArn",
    variable: "AWS_ROLE_ARN",
    isValid: (value) => /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/u.test(value),
  },
  {
    output: "PublicBaseUrl",
    variable: "PUBLIC_BASE_URL",
    isValid: (value) => /^https:\/\/[a-z\d-]+(?:\.[a-z\d-]+)+$/u.test(value),
  },
  {
    output: "CloudfrontDistributionId",
    variable: "CLOUDFRONT_DISTRIBUTION_ID",
    isValid: (value) => DISTRIBUTION_ID.test(value),
  },
];

const INTRODUCTION = [
  "# Run these lines where `vercel link` has linked the project, and deploy again.",
  "# --force replaces a variable that is already set.",
];

function readOutputs(json: string): ReadonlyMap<string, string> {
  const described = parseJson(json);
  const parsed = v.safeParse(v.union([Outputs, Description]), described);
  if (!parsed.success) {
    throw new Error(
      "it is not what `aws cloudformation describe-stacks --stack-name NAME --output json` prints",
    );
  }
  const list = Array.isArray(parsed.output) ? parsed.output : outputsOf(parsed.output);
  return new Map(list.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
}

function outputsOf({ Stacks }: v.InferOutput<typeof Description>): v.InferOutput<typeof Outputs> {
  const [stack, ...others] = Stacks;
  if (stack === undefined || others.length > 0) {
    throw new Error(`it describes ${Stacks.length} stacks, so name the one with --stack-name`);
  }
  if (stack.Outputs === undefined || stack.Outputs.length === 0) {
    throw new Error(`the stack has no outputs, and its status is ${stack.StackStatus}`);
  }
  return stack.Outputs;
}

const Outputs = v.array(v.object({ OutputKey: v.string(), OutputValue: v.string() }));
const Description = v.object({
  Stacks: v.array(
    v.object({ StackStatus: v.optional(v.string(), "unknown"), Outputs: v.optional(Outputs) }),
  ),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error("it is not JSON, so add --output json to the command", { cause });
  }
}

function requireMatch(output: string, value: string, isValid: (value: string) => boolean): void {
  if (!isValid(value)) {
    throw new Error(`the output ${output} is not what the template puts there`);
  }
}
