import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { jitterMs, retry } from "../retry.ts";
import { withinLimit } from "../time-limit.ts";
import { TIME_PLAN } from "../time-plan.ts";
import { toCredentials } from "./credentials.ts";
import { inspectError, toStorageError } from "./storage-error.ts";

/** The CDN in front of the bucket. */
export interface Cdn {
  /**
   * Makes the CDN forget its copies at these paths, which may end with `*`. Repeating a reference
   * costs nothing, because CloudFront answers it with the invalidation that it has.
   * @throws {StorageError} if CloudFront fails or is busy, so that a later attempt may succeed.
   */
  invalidate(paths: readonly string[], options: InvalidateOptions): Promise<Invalidation>;
}

export interface InvalidateOptions {
  /** The same paths always come with the same reference. */
  reference: string;
  /** Epoch ms: no attempt runs past this. */
  deadlineMs?: number;
}

/** A refusal stays the same until somebody changes the deployment. */
export type Invalidation =
  | { outcome: "invalidated"; id: string }
  | { outcome: "refused"; status: number; code: string };

/**
 * Opens the CDN of the deployment, if it is known. Loads the SDK and builds the client on first
 * use.
 */
export function openCdn(
  { s3, cloudfrontDistributionId: distributionId }: Config,
  clock: Clock,
): Cdn | undefined {
  if (distributionId === undefined) {
    return undefined;
  }
  let connection: ReturnType<typeof connect> | undefined;
  return {
    async invalidate(paths, { reference, deadlineMs = Number.POSITIVE_INFINITY }) {
      const input = {
        DistributionId: distributionId,
        InvalidationBatch: {
          CallerReference: reference,
          Paths: { Quantity: paths.length, Items: [...paths] },
        },
      };
      const { client, CreateInvalidationCommand } = await (connection ??= connect(s3));
      async function attempt(): Promise<Invalidation> {
        const timeoutMs = Math.min(TIME_PLAN.cdnMs, Math.max(deadlineMs - clock.now(), 0));
        const { Invalidation: created } = await withinLimit(
          (abortSignal) => client.send(new CreateInvalidationCommand(input), { abortSignal }),
          { clock, timeoutMs },
        );
        return { outcome: "invalidated", id: created?.Id ?? "" };
      }
      try {
        return await retry(attempt, { clock, waitMs, deadlineMs });
      } catch (error) {
        const { status, code } = inspectError(error);
        if (status === undefined || isPassing(status, code)) {
          throw toStorageError("invalidate", paths.join(", "), error);
        }
        return { outcome: "refused", status, code };
      }
    },
  };
}

const CONNECTION_TIMEOUT_MS = 3000;

async function connect(s3: Config["s3"]) {
  const { CloudFrontClient, CreateInvalidationCommand } =
    await import("@aws-sdk/client-cloudfront");
  const client = new CloudFrontClient({
    // CloudFront is one service for the whole world, and another one in China.
    region: s3.region.startsWith("cn-") ? "cn-northwest-1" : "us-east-1",
    credentials: toCredentials(s3),
    // Retries are ours, as in s3.ts.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS },
  });
  return { client, CreateInvalidationCommand };
}

function waitMs(error: unknown, attempt: number): number | undefined {
  const { status, code } = inspectError(error);
  const isTransient =
    status === undefined
      ? code !== "CredentialsProviderError"
      : isPassing(status, code) || SKEWED.has(code);
  return isTransient ? jitterMs(attempt) : undefined;
}

function isPassing(status: number, code: string): boolean {
  // Below 400, the answer was not understood.
  return status < 400 || status >= 500 || status === 429 || PASSING.has(code);
}

/**
 * Refusals with 4xx that time mends. At most 15 paths with `*` are invalidated at once:
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html
 */
const PASSING: ReadonlySet<string> = new Set([
  "ExpiredToken",
  "RequestLimitExceeded",
  "RequestTimeout",
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "TooManyInvalidationsInProgress",
  "TooManyRequestsException",
]);

/**
 * CloudFront allows a clock to be off by less than S3 does, and the SDK has learnt the time from
 * the refusal.
 */
const SKEWED: ReadonlySet<string> = new Set(["RequestExpired", "SignatureDoesNotMatch"]);
