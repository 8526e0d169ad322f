/** The clock of the whole local stack: Slack, S3 and the functions share it, and it can be moved. */
export interface StackClock {
  now: () => number;
  move(durationMs: number): void;
  readonly offsetMs: number;
  /** A worker creates the same clock from it. */
  readonly shared: SharedArrayBuffer;
}

export function createStackClock(
  shared = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT),
): StackClock {
  const offset = new Float64Array(shared);
  const systemNow = Date.now;
  const read = () => offset[0] ?? 0;
  return {
    now: () => systemNow() + read(),
    move(durationMs) {
      offset[0] = read() + durationMs;
    },
    get offsetMs() {
      return read();
    },
    shared,
  };
}

/** Makes `Date` tell the time of this clock in this thread, to SDKs too. */
export function replaceDate(clock: StackClock): void {
  globalThis.Date = new Proxy(Date, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [clock.now()] : args, newTarget),
    apply: (target) => new target(clock.now()).toString(),
    get: (target, name): unknown => (name === "now" ? clock.now : Reflect.get(target, name)),
  });
}
