import { startLocalS3 } from "../../dev/local-s3/server.ts";
import type { S3Address } from "./s3-client.ts";

export interface ContractStore extends S3Address, AsyncDisposable {
  bucket: string;
}

/**
 * Opens the local S3 or, with `S3_CONTRACT=remote`, the store that the usual variables describe (a bucket, a radosgw).
 * These variables alone do not count, so that a shell that happens to hold them sends no test to a real bucket.
 */
export async function openContractStore(): Promise<ContractStore> {
  // oxlint-disable-next-line node/no-process-env
  const { env } = process;
  if (env["S3_CONTRACT"] !== "remote") {
    return startLocalS3();
  }
  return {
    endpoint: env["S3_ENDPOINT"],
    bucket: readRequired(env, "S3_BUCKET"),
    region: env["S3_REGION"] ?? "us-east-1",
    accessKeyId: readRequired(env, "AWS_ACCESS_KEY_ID"),
    secretAccessKey: readRequired(env, "AWS_SECRET_ACCESS_KEY"),
    ...(env["AWS_SESSION_TOKEN"] !== undefined && { sessionToken: env["AWS_SESSION_TOKEN"] }),
    async [Symbol.asyncDispose]() {},
  };
}

function readRequired(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = env[name];
  if (value === undefined || value === "") {
    throw new TypeError(`S3_CONTRACT=remote needs ${name}`);
  }
  return value;
}
