/** Work that ends a piece of it with each `yield`, so that something else may be done before the next one. */
export type Pieces<Result> = Generator<undefined, Result>;

/** All pieces, one right after the other. */
export function atOnce<Result>(work: Pieces<Result>): Result {
  let step = work.next();
  while (step.done !== true) {
    step = work.next();
  }
  return step.value;
}
