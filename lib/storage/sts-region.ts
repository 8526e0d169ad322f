/**
 * The region whose STS is asked for a role's credentials: the bucket's region if it is in the
 * partition of the role's ARN. A role of China or GovCloud is unknown everywhere else.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export function stsRegion(bucketRegion: string, roleArn: string): string {
  const [, partition = ""] = roleArn.split(":");
  const { regions, byDefault } = PARTITIONS[partition] ?? COMMERCIAL;
  return regions.test(bucketRegion) ? bucketRegion : byDefault;
}

interface Partition {
  regions: RegExp;
  byDefault: string;
}

/** No partition contains "auto", the region of some S3-compatible stores. */
const COMMERCIAL: Partition = {
  regions: /^(?!cn-|us-gov-|us-iso|eu-iso|eusc-)[a-z]{2}-[a-z]+-\d+$/u,
  byDefault: "us-east-1",
};

const PARTITIONS: Readonly<Record<string, Partition>> = {
  aws: COMMERCIAL,
  "aws-cn": { regions: /^cn-[a-z]+-\d+$/u, byDefault: "cn-north-1" },
  "aws-us-gov": { regions: /^us-gov-[a-z]+-\d+$/u, byDefault: "us-gov-west-1" },
  "aws-eusc": { regions: /^eusc-[a-z]+-[a-z]+-\d+$/u, byDefault: "eusc-de-east-1" },
};
