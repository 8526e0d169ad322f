import type { Config } from "../config.ts";
import { stsRegion } from "./sts-region.ts";

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** Returns the deployment's static keys, or a function that fetches the role's credentials on first use. */
export function toCredentials({
  credentials,
  region,
}: Config["s3"]): Credentials | (() => Promise<Credentials>) {
  if (credentials.kind === "static") {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  }
  const { roleArn } = credentials;
  return async (): Promise<Credentials> => {
    const { awsCredentialsProvider } = await import("@vercel/oidc-aws-credentials-provider");
    const clientConfig = { region: stsRegion(region, roleArn) };
    return awsCredentialsProvider({ roleArn, clientConfig })();
  };
}
