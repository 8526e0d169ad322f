import { verifySignature, verifyTimestamp } from "./signature.ts";

/** A refused request: the response has `status` and no body, and nothing was done. */
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
 * Reads the body of a request that Slack signed, which is the only way in for a payload. A request
 * without a fresh timestamp is not read at all, any other up to 1 MiB.
 * @throws {SignatureError}
 * @throws {RequestError} 400 or 413
 */
export async function readSlackRequest(request: Request, options: ReadOptions): Promise<string> {
  const timestamp = request.headers.get("x-slack-request-timestamp");
  const signature = request.headers.get("x-slack-signature");
  const { isUnsigned } = options;
  if (isUnsigned === undefined) {
    verifyTimestamp(timestamp, options.nowMs);
  }
  const rawBody = await readBody(request);
  const body = rawBody.toString("utf8");
  if (isUnsigned?.(body) !== true) {
    verifySignature({ timestamp, signature, rawBody }, options);
  }
  return body;
}

/** When Slack sent a verified request, in epoch seconds. */
export function readSentAt(request: Request): number {
  return Number(request.headers.get("x-slack-request-timestamp"));
}

/**
 * Reads a body that may be unsigned, so callers must do nothing harmful with it.
 * @throws {RequestError}
 */
export async function readUnsignedBody(request: Request): Promise<string> {
  return (await readBody(request)).toString("utf8");
}

/** Reads `X-Slack-Retry-Num` for the log. Anybody can send the header, so only a number passes. */
export function readRetryNum(request: Request): string | undefined {
  return /^\d{1,3}$/u.exec(request.headers.get("x-slack-retry-num") ?? "")?.[0];
}

export interface ReadOptions {
  signingSecrets: readonly string[];
  nowMs: number;
  /** Recognises a body that Slack does not sign. Such a body must have no effect. */
  isUnsigned?: (rawBody: string) => boolean;
}

export const MAX_BODY_BYTES = 1024 * 1024;

async function readBody(request: Request): Promise<Buffer> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) {
    throw tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of request.body ?? []) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > MAX_BODY_BYTES) {
        throw tooLarge();
      }
      chunks.push(chunk);
    }
  } catch (cause) {
    throw cause instanceof RequestError
      ? cause
      : new RequestError(400, "Cannot read the request: its body broke off", { cause });
  }
  return Buffer.concat(chunks);
}

function tooLarge(): RequestError {
  return new RequestError(
    413,
    `Cannot accept the request: its body has more than ${MAX_BODY_BYTES} bytes`,
  );
}
