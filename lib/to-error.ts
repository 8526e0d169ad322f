/** Turns anything thrown into an error, to keep it and throw it later. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error("not an Error", { cause: thrown });
}
