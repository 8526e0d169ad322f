/** Begins a worker: Node 20 does not give it the loader that the main thread was started with. */
import { register } from "tsx/esm/api";

register();
await import("./serve-in-worker.ts");
