/**
 * Reads a file, and gives something else where the file is broken: a RangeError says so, ours or that of a DataView
 * whose bytes end.
 */
export function unlessBroken<Result, Otherwise>(
  read: () => Result,
  otherwise: Otherwise,
): Result | Otherwise {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) {
      return otherwise;
    }
    throw error;
  }
}
