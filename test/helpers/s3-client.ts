import { S3Client } from "@aws-sdk/client-s3";

export interface S3Address {
  endpoint?: string | undefined;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** The raw SDK, for what the app's own adapter does not show. It never retries: a test sees the first answer. */
export function createS3Client({ endpoint, region, ...credentials }: S3Address): S3Client {
  return new S3Client({
    region,
    credentials: {
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      ...(credentials.sessionToken !== undefined && { sessionToken: credentials.sessionToken }),
    },
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 5000,
      requestTimeout: 30_000,
      throwOnRequestTimeout: true,
    },
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
  });
}
