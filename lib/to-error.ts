/** Whatever was thrown, as an error that can be kept and thrown again later. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error("not an Error", { cause: thrown });
}
