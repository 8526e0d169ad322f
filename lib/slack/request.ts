import { SignatureError, verifySignature, verifyTimestamp } from "./signature.ts";

/** A request that is answered with `status` and nothing else: no side effect came of it. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly code = "bad_request";
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/**
 * The body of a request that Slack signed: the only way a payload gets in. What has no fresh timestamp is
 * not read at all, and of the rest at most 1 MiB.
 * @throws {RequestError} 401 or 413
 */
export async function readSlackRequest(
  request: Request,
  options: { signingSecrets: readonly string[]; nowMs: number },
): Promise<string> {
  const timestamp = request.headers.get("x-slack-request-timestamp");
  const signature = request.headers.get("x-slack-signature");
  try {
    verifyTimestamp(timestamp, options.nowMs);
    const rawBody = await readBody(request);
    verifySignature({ timestamp, signature, rawBody }, options);
    return rawBody.toString("utf8");
  } catch (error) {
    throw error instanceof SignatureError ? new RequestError(401, error.message) : error;
  }
}

const MAX_BODY_BYTES = 1024 * 1024;

async function readBody(request: Request): Promise<Buffer> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) {
    throw tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.body ?? []) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > MAX_BODY_BYTES) {
      throw tooLarge();
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(): RequestError {
  return new RequestError(
    413,
    `Cannot accept the request: its body has more than ${MAX_BODY_BYTES} bytes`,
  );
}
