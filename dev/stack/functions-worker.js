/** Starts a worker with a loader of its own: Node 20 does not pass that of the main thread on. */
import { register } from "tsx/esm/api";

register();
await import("./serve-in-worker.ts");
