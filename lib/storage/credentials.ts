import type { Clock } from "../clock.ts";
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

/** Fetches temporary credentials anew shortly before they expire, as the AWS SDK does by itself. */
export function rememberCredentials(
  credentials: Credentials | (() => Promise<Credentials>),
  clock: Clock,
): () => Promise<Credentials> {
  if (typeof credentials !== "function") {
    return () => Promise.resolve(credentials);
  }
  const fetchCredentials = credentials;
  let current: Promise<Credentials> | undefined;
  function fetchAnew(): Promise<Credentials> {
    const fetched = fetchCredentials();
    current = fetched;
    fetched.catch(() => void (current = undefined));
    return fetched;
  }
  return async () => {
    const known = await (current ?? fetchAnew());
    const leftMs = (known.expiration?.getTime() ?? Number.POSITIVE_INFINITY) - clock.now();
    return leftMs > EXPIRY_MARGIN_MS ? known : fetchAnew();
  };
}

/** The SDK's own margin. */
const EXPIRY_MARGIN_MS = 5 * 60_000;
