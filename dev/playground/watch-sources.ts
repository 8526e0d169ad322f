import { watch } from "node:fs";
import { fileURLToPath } from "node:url";

/** An editor saves in several steps, and several files at once. */
const DEBOUNCE_MS = 200;

/** Calls `restart` after each change in `api/` and `lib/`. Returns a function that ends this. */
export function watchSources(restart: () => Promise<void>): () => void {
  let pending: NodeJS.Timeout | undefined;
  const watchers = ["api", "lib"].map((folder) =>
    watch(fileURLToPath(new URL(`../../${folder}/`, import.meta.url)), { recursive: true }, () => {
      clearTimeout(pending);
      pending = setTimeout(() => void restart().catch(complain), DEBOUNCE_MS);
    }),
  );
  return () => {
    clearTimeout(pending);
    watchers.forEach((watcher) => watcher.close());
  };
}

function complain(error: unknown): void {
  console.error(error instanceof Error ? error.message : String(error));
}
