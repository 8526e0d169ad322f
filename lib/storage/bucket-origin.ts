import type { Place } from "./connection.ts";

/**
 * The address below which a bucket's objects are. `undefined`: only the AWS SDK knows it, as with its own variables, access
 * points, buckets for one zone, and other partitions.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function inspectOrigin({
  bucket,
  region,
  endpoint,
  isSdkAddressed,
}: Pick<Place, "bucket" | "region" | "endpoint" | "isSdkAddressed">): string | undefined {
  if (isSdkAddressed) {
    return undefined;
  }
  if (endpoint !== undefined) {
    return `${endpoint.replace(/\/+$/u, "")}/${bucket}`;
  }
  return BUCKET.test(bucket) && REGION.test(region)
    ? `https://${bucket}.s3.${region}.amazonaws.com`
    : undefined;
}

/** A dot would not match the store's certificate, and two hyphens begin the suffix of a special bucket. */
const BUCKET = /^[a-z\d]+(?:-[a-z\d]+)*$/u;
const REGION = /^(?!cn-|us-iso|eu-iso|eusc-)[a-z]{2}(?:-gov)?-[a-z]+-\d{1,2}$/u;
