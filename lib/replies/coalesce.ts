/**
 * Runs work for a key one at a time. Callers that arrive meanwhile share one further run that
 * begins afterwards.
 */
export type Coalesce<Result> = (key: string, work: () => Promise<Result>) => Promise<Result>;

export function createCoalesce<Result>(): Coalesce<Result> {
  const turns = new Map<string, Turn<Result>>();

  function start(key: string, work: () => Promise<Result>): Promise<Result> {
    const turn: Turn<Result> = { current: work(), next: undefined };
    turns.set(key, turn);
    const leave = () => void (turn.next === undefined && turns.delete(key));
    turn.current.then(leave, leave);
    return turn.current;
  }

  return function coalesce(key, work) {
    const turn = turns.get(key);
    if (turn === undefined) {
      return start(key, work);
    }
    const begin = () => start(key, work);
    return (turn.next ??= turn.current.then(begin, begin));
  };
}

interface Turn<Result> {
  current: Promise<Result>;
  next: Promise<Result> | undefined;
}
