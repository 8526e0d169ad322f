import { openSync, writeSync } from "node:fs";
import { devNull } from "node:os";
import { startFunctions } from "../dev/stack/functions.ts";

/** Serves the functions over HTTP in a process of their own, and tells its parent their address. */

const sink = openSync(devNull, "w");
console.log = (line: string) => void writeSync(sink, `${line}\n`);
const { origin } = await startFunctions({ port: 0 });
process.on("disconnect", () => process.exit());
process.send?.(origin);
