import { expect, it } from "vitest";
import { stsRegion } from "../../lib/storage/sts-region.ts";

const arn = (partition: string) => `arn:${partition}:iam::123456789012:role/uploader`;

it.each([
  ["eu-west-3", "aws", "eu-west-3"],
  ["us-east-1", "aws", "us-east-1"],
  ["ap-southeast-2", "aws", "ap-southeast-2"],
  ["auto", "aws", "us-east-1"],
  ["cn-north-1", "aws", "us-east-1"],
  ["us-gov-west-1", "aws", "us-east-1"],
  ["cn-northwest-1", "aws-cn", "cn-northwest-1"],
  ["us-east-1", "aws-cn", "cn-north-1"],
  ["us-gov-east-1", "aws-us-gov", "us-gov-east-1"],
  ["us-east-1", "aws-us-gov", "us-gov-west-1"],
])("stsRegion() of a bucket in %s and a role of %s is %s", (region, partition, expected) => {
  expect(stsRegion(region, arn(partition))).toBe(expected);
});
