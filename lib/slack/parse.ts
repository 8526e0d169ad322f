import * as v from "valibot";

/** A body that Slack signed and that is none of the shapes it documents. */
export class PayloadError extends Error {
  override readonly name = "PayloadError";
  readonly code = "malformed_payload";
}

/** Of a team, a channel, a user, a file, a view. Far longer than any of Slack's, and short enough for an object key. */
export const Id = v.pipe(v.string(), v.regex(/^\w{1,64}$/u));

/** Slack's `ts`, "1652227646.593159". */
export const Timestamp = v.pipe(v.string(), v.regex(/^\d{1,16}\.\d{1,16}$/u));

/** Absent, null and of another type are the same to us: Slack's payloads vary in what we can do without. */
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

/** @throws {PayloadError} saying what was expected, never what came. */
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
