import type { Config } from "../config.ts";
import type { Logger } from "../logger.ts";
import type { Credentials } from "./connection.ts";
import { type Bucket, type BucketOptions, createBucket } from "./s3.ts";
import { stsRegion } from "./sts-region.ts";

export interface OpenedBucket extends Pick<
  BucketOptions,
  "bucket" | "timeoutMs" | "maxSockets" | "connect" | "clock" | "onOtherRegion" | "onDate"
> {
  logger: Logger;
}

/** Opens a bucket of the deployment's store. */
export function openBucket(
  { region, endpoint, credentials }: Config["s3"],
  { logger, ...options }: OpenedBucket,
): Bucket {
  return createBucket({
    onOtherRegion(actual) {
      const advice = `set S3_REGION to ${actual}: until then, every new instance asks the wrong region first`;
      logger.warn("store.region", { bucket: options.bucket, region: actual, advice });
    },
    ...options,
    region,
    endpoint,
    credentials: toCredentials(credentials, region),
  });
}

function toCredentials(
  credentials: Config["s3"]["credentials"],
  bucketRegion: string,
): BucketOptions["credentials"] {
  if (credentials.kind === "static") {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  }
  const { roleArn } = credentials;
  return async (): Promise<Credentials> => {
    const { awsCredentialsProvider } = await import("@vercel/oidc-aws-credentials-provider");
    const clientConfig = { region: stsRegion(bucketRegion, roleArn) };
    return awsCredentialsProvider({ roleArn, clientConfig })();
  };
}
