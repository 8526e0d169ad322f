import { AsyncLocalStorage } from "node:async_hooks";

/**
 * Provides the context that `waitUntil` of `@vercel/functions` needs. Without it, `waitUntil` does nothing.
 * https://github.com/vercel/vercel/blob/main/packages/functions/src/get-context.ts
 */
export function provideRequestContext() {
  const storage = new AsyncLocalStorage<{ waitUntil(work: Promise<unknown>): void }>();
  const pending = new Set<Promise<unknown>>();
  Reflect.set(globalThis, Symbol.for("@vercel/request-context"), { get: () => storage.getStore() });

  function keep(work: Promise<unknown>): void {
    pending.add(work);
    void work.finally(() => pending.delete(work));
  }

  async function drain(): Promise<void> {
    while (pending.size > 0) {
      await Promise.allSettled(pending);
    }
  }

  // `onWork` receives the work that this call passes to `waitUntil`.
  function run<Result>(call: () => Result, onWork?: (work: Promise<unknown>) => void): Result {
    const waitUntil = (work: Promise<unknown>) => {
      keep(work);
      onWork?.(work);
    };
    return storage.run({ waitUntil }, call);
  }

  return { run, drain };
}
