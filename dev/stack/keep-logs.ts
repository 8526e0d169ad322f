import { createWriteStream, mkdirSync } from "node:fs";
import path from "node:path";
import { LOCAL_DIRECTORY } from "./running-stack.ts";

/** The functions write one JSON object a line on stdout: into a file of `.local/` instead, for here it would bury the rest. */
export function keepLogs(name: string): void {
  const file = path.join(LOCAL_DIRECTORY, name);
  const logs = createLog(file);
  const print = console.log;
  console.log = (...args: unknown[]) => {
    const [line] = args;
    if (typeof line === "string" && line.startsWith('{"time":')) {
      logs?.write(`${line}\n`);
    } else {
      print(...args);
    }
  };
}

/** Where nothing can be written, the logs are lost and all else goes on. */
function createLog(file: string) {
  const complain = ({ message }: Error) => console.error(`Cannot keep the log: ${message}`);
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    return createWriteStream(file, { flags: "a" }).on("error", complain);
  } catch (error) {
    complain(error instanceof Error ? error : new Error(String(error)));
    return undefined;
  }
}
