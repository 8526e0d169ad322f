/**
 * Tells the operator what to do about a refusal. The log text names variables but never a value.
 */
export function adviseOnStore({
  code,
  status,
}: {
  /** S3's own code. */
  code: string;
  /** Absent if there was no response. */
  status: number | undefined;
}): string | undefined {
  return BY_CODE[code] ?? BY_STATUS[status ?? 0];
}

/** Does the same for a refusal to invalidate what the CDN has. */
export function adviseOnCdn({ code, status }: { code: string; status: number }): string {
  return (
    CDN_BY_CODE[code] ?? CDN_BY_STATUS[status] ?? "look the code up in CloudFront's API reference"
  );
}

const CDN_KEYS =
  "use a key or a role of the AWS account that owns the distribution: CloudFront does not know another store's keys";

const CDN_BY_CODE: Readonly<Record<string, string>> = {
  InvalidClientTokenId: CDN_KEYS,
  SignatureDoesNotMatch: CDN_KEYS,
  UnrecognizedClientException: CDN_KEYS,
};

/** A policy that names one distribution refuses every other id with 403. */
const CDN_BY_STATUS: Readonly<Record<number, string>> = {
  403: "allow cloudfront:CreateInvalidation for the distribution, as described in docs/security.md, and check CLOUDFRONT_DISTRIBUTION_ID",
  404: "set CLOUDFRONT_DISTRIBUTION_ID to the id of the distribution that serves PUBLIC_BASE_URL",
};

const KEYS =
  "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN, if the key is temporary), or use AWS_ROLE_ARN";
const REGION = "set S3_REGION to the bucket's region and S3_ENDPOINT to the store's address";

const BY_CODE: Readonly<Record<string, string>> = {
  AuthorizationHeaderMalformed: REGION,
  CredentialsProviderError:
    "let Vercel's OIDC token assume AWS_ROLE_ARN: its trust policy must name the team, the project and the environment",
  ExpiredToken: KEYS,
  InvalidAccessKeyId: KEYS,
  InvalidToken: KEYS,
  RequestTimeTooSkewed: "correct this machine's clock",
  SignatureDoesNotMatch: KEYS,
};

const BY_STATUS: Readonly<Record<number, string>> = {
  301: REGION,
  307: REGION,
  403: "allow s3:PutObject and s3:GetObject below STATE_PREFIX, and s3:ListBucket, as described in docs/security.md",
  404: "check the names in S3_BUCKET and STATE_BUCKET, and S3_ENDPOINT",
  501: "use a store that honours If-None-Match and If-Match on PUT: AWS S3, R2, MinIO or Ceph",
};
