import * as v from "valibot";

/** S3 or CloudFront refused or failed, after three attempts. The message holds only key, status and code. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly code: string;
  /** Absent if there was no response. */
  readonly status: number | undefined;

  constructor(
    message: string,
    options: { code: string; status?: number | undefined; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.code = options.code;
    this.status = options.status;
  }
}

/** Reads status and code from the SDK's error. */
export function inspectError(error: unknown): { status: number | undefined; code: string } {
  const parsed = v.safeParse(ServiceError, error);
  return parsed.success
    ? { status: parsed.output.$metadata?.httpStatusCode, code: parsed.output.name }
    : { status: undefined, code: "Unknown" };
}

export function toStorageError(verb: string, key: string, cause: unknown): StorageError {
  const { status, code } = inspectError(cause);
  const state = status === undefined ? code : `${status} ${code}`;
  return new StorageError(`Cannot ${verb} object ${key}: ${state}`, { code, status, cause });
}

const ServiceError = v.object({
  name: v.string(),
  $metadata: v.optional(v.object({ httpStatusCode: v.optional(v.number()) })),
});
