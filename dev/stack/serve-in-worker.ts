import { parentPort, workerData } from "node:worker_threads";
import { startFunctions } from "./functions.ts";
import { createStackClock, replaceDate } from "./stack-clock.ts";

/** Serves the functions in this worker and tells the main thread their address. */
replaceDate(createStackClock(workerData));
const { origin } = await startFunctions({ port: 0 });
parentPort?.postMessage(origin);
