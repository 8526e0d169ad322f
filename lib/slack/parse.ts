import * as v from "valibot";

/** Thrown for a body that Slack signed but that has none of the documented shapes. */
export class PayloadError extends Error {
  override readonly name = "PayloadError";
  readonly code = "malformed_payload";
}

/**
 * The id of a team, channel, user, file or view. The limit is far above any of Slack's, and short
 * enough for an object key.
 */
export const Id = v.pipe(v.string(), v.regex(/^\w{1,64}$/u));

/** Slack's `ts`, "1652227646.593159". */
export const Timestamp = v.pipe(v.string(), v.regex(/^\d{1,16}\.\d{1,16}$/u));

/**
 * Treats absent, null and mistyped values alike, because Slack's payloads vary in fields that we
 * can do without.
 */
export function lenient<const Schema extends v.GenericSchema>(schema: Schema) {
  return v.fallback(v.optional(schema), undefined);
}

/** @throws {PayloadError} */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PayloadError("Cannot read the body: expected JSON", { cause });
  }
}

/** Parses a value. The error says what was expected, never what came. @throws {PayloadError} */
export function parseAs<const Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  expected: string,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) {
    throw new PayloadError(`Cannot read the body: expected ${expected}`);
  }
  return parsed.output;
}
