import { readFile } from "node:fs/promises";
import { loadAwsServiceSpec } from "@aws-cdk/aws-service-spec";
import { beforeAll, describe, expect, it } from "vitest";
import { isTree } from "./calls.ts";
import { readTemplate } from "./read-template.ts";
import type { Schemas } from "./schema-problems.ts";
import { templateProblems } from "./template-problems.ts";

const CONFIG = "Resources.Distribution.Properties.DistributionConfig";
const IDLE = {
  Type: "String",
  Description: "Nothing",
  Default: "a",
  AllowedValues: ["a"],
  ConstraintDescription: "Idle is a.",
};
const onlyWithDomain = (value: unknown) => ({
  "Fn::If": ["HasDomain", value, { Ref: "AWS::NoValue" }],
});

let schemas: Schemas;
let text: string;

beforeAll(async () => {
  [schemas, text] = await Promise.all([
    loadAwsServiceSpec(),
    readFile(new URL("../../infra/aws/template.yaml", import.meta.url), "utf8"),
  ]);
});

describe("templateProblems()", () => {
  it("finds none in infra/aws/template.yaml", () => {
    expect(templateProblems(readTemplate(text), schemas)).toEqual([]);
  });

  it.each([
    // Parts of the template.
    ["Resourcez", {}, "Resourcez: Invalid key"],
    ["Resources.Bucket.DependOn", ["Role"], "DependOn: Invalid key"],
    ["Outputs.S3Bucket.Value", undefined, "Outputs.S3Bucket.Value: Invalid key"],
    ["Resources.Bucket.DeletionPolicy", "Keep", "Resources.Bucket.DeletionPolicy: Invalid type"],
    // Parameters.
    ["Parameters.VercelTeam.AllowedPattern", undefined, "VercelTeam takes anything"],
    ["Parameters.VercelTeam.ConstraintDescription", undefined, "VercelTeam.ConstraintDescription"],
    ["Parameters.VercelEnvironment.Default", "prod", "VercelEnvironment refuses its own default"],
    ["Parameters.Idle", IDLE, "Nothing uses the parameter Idle"],
    ["Parameters.Idle", IDLE, "No group has the parameter Idle"],
    ["Conditions.Idle", { "Fn::Equals": ["a", "b"] }, "Nothing uses the condition Idle"],
    [
      "Conditions.HasDomain",
      { Ref: "Bucket" },
      "HasDomain refers to Bucket, which is no parameter",
    ],
    [
      "Rules.DomainHasCertificate.RuleCondition",
      { Ref: "X" },
      "refers to X, which is no parameter",
    ],
    // Schemas.
    ["Resources.Bucket.Type", "AWS::S3::Buckett", "Bucket has the unknown type AWS::S3::Buckett"],
    ["Resources.Bucket.Properties.Acl", "private", "Bucket.Acl is unknown"],
    [`${CONFIG}.DefaultCacheBehaviour`, {}, "DefaultCacheBehaviour is unknown"],
    [`${CONFIG}.DefaultCacheBehavior`, undefined, "DefaultCacheBehavior is missing"],
    [`${CONFIG}.Enabled`, { Ref: "AWS::NoValue" }, "DistributionConfig.Enabled is missing"],
    [`${CONFIG}.Enabled`, onlyWithDomain(true), "DistributionConfig.Enabled is missing"],
    [`${CONFIG}.Enabled`, "yes", "DistributionConfig.Enabled is not boolean"],
    [`${CONFIG}.IPV6Enabled`, onlyWithDomain(6), "IPV6Enabled is not boolean"],
    [`${CONFIG}.Aliases`, "images.example.com", "Aliases is not an array"],
    [`${CONFIG}.Aliases`, { Ref: "DomainName" }, "Aliases is string, not array"],
    [`${CONFIG}.Origins.0.Id`, undefined, "DistributionConfig.Origins.0.Id is missing"],
    [`${CONFIG}.Comment`, 2012, "DistributionConfig.Comment is not string"],
    ["Resources.Bucket.Properties.BucketEncryption", [], "BucketEncryption is not an object"],
    ["Resources.Bucket.Properties.LifecycleConfiguration.Rules.0.Status", "On", "none of Enabled"],
    ["Resources.BucketPolicy.Properties.PolicyDocument", 1, "PolicyDocument is not an object"],
    // References.
    ["Resources.BucketPolicy.Properties.Bucket", { Ref: "Bukcet" }, "Bukcet, which does not exist"],
    ["Outputs.S3Bucket.Value", { Ref: "AWS::Zone" }, "AWS::Zone, which does not exist"],
    ["Outputs.S3Bucket.Value", { "Fn::GetAtt": ["Bukcet", "Arn"] }, "Bukcet, which does not exist"],
    [
      "Outputs.S3Bucket.Value",
      { "Fn::GetAtt": ["Bucket", "Name"] },
      "refers to Bucket.Name, which",
    ],
    ["Outputs.S3Bucket.Value", { "Fn::Sub": "${Bukcet}" }, "S3Bucket refers to Bukcet, which"],
    ["Outputs.S3Bucket.Value", { "Fn::Sub": "${Bucket.Name}" }, "refers to Bucket.Name, which"],
    [
      "Outputs.S3Bucket.Value",
      { "Fn::Sub": ["a", { B: "c" }] },
      "brings B along and does not use it",
    ],
    ["Outputs.S3Bucket.Value", { "Fn::Upper": "a" }, "calls the unknown function Fn::Upper"],
    ["Outputs.S3Bucket.Value", { Ref: "OidcProvider" }, "which exists only if CreatesOidcProvider"],
    ["Outputs.DnsTarget.Condition", "HasDomian", "HasDomian, which does not exist"],
    ["Resources.OidcProvider.Condition", "Never", "Never, which does not exist"],
    [`${CONFIG}.Aliases`, { "Fn::If": ["No", [], []] }, "the condition No, which does not"],
    ["Resources.Bucket.DependsOn", ["Nobody"], "Bucket refers to Nobody, which does not exist"],
    ["Resources.Bucket.DependsOn", ["Role"], "Bucket waits for itself"],
  ])("finds what is wrong if %s is %j", (path, value, problem) => {
    const template = replaceAt(readTemplate(text), path.split("."), value);
    expect(templateProblems(template, schemas)).toContainEqual(expect.stringContaining(problem));
  });
});

describe("readTemplate()", () => {
  it.each([
    ["an unknown tag", "A: !Reff Bucket"],
    ["a key that comes twice", "A: 1\nA: 2"],
    ["broken YAML", "A: [1"],
  ])("refuses %s", (_, yaml) => {
    expect(() => readTemplate(yaml)).toThrow(SyntaxError);
  });
});

/** A copy with another value at a path, or without one. */
function replaceAt(node: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) {
    return value;
  }
  if (Array.isArray(node)) {
    return node.map((item, index) => (String(index) === key ? replaceAt(item, rest, value) : item));
  }
  const tree = isTree(node) ? node : {};
  const { [key]: old, ...others } = tree;
  const replaced = replaceAt(old, rest, value);
  return replaced === undefined ? others : { ...tree, [key]: replaced };
}
