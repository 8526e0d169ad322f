import type { Config } from "../config.ts";
import type { Logger } from "../logger.ts";
import { toCredentials } from "./credentials.ts";
import { type Bucket, type BucketOptions, createBucket } from "./s3.ts";

export interface OpenedBucket extends Pick<
  BucketOptions,
  "bucket" | "timeoutMs" | "maxSockets" | "connect" | "clock" | "onOtherRegion" | "onDate"
> {
  logger: Logger;
}

/** Opens a bucket of the deployment's store. */
export function openBucket(s3: Config["s3"], { logger, ...options }: OpenedBucket): Bucket {
  const { region, endpoint, isSdkAddressed } = s3;
  return createBucket({
    onOtherRegion(actual) {
      const advice = `set S3_REGION to ${actual}: until then, every new instance asks the wrong region first`;
      logger.warn("store.region", { bucket: options.bucket, region: actual, advice });
    },
    ...options,
    region,
    endpoint,
    isSdkAddressed,
    credentials: toCredentials(s3),
  });
}
