/** Work in pieces: each `yield` ends one, so that other work can run before the next. */
export type Pieces<Result> = Generator<undefined, Result>;

/** Runs all pieces without a pause. */
export function atOnce<Result>(work: Pieces<Result>): Result {
  let step = work.next();
  while (step.done !== true) {
    step = work.next();
  }
  return step.value;
}
