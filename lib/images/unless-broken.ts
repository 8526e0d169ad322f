/**
 * Reads a file, or returns `otherwise` if the file is broken. Our parsers and a DataView read past
 * its end both throw a RangeError then.
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
