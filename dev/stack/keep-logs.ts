import { createWriteStream, mkdirSync } from "node:fs";
import path from "node:path";
import { LOCAL_DIRECTORY } from "./running-stack.ts";

/** Moves the functions' log lines from stdout to a file in `.local/`, so that the other output stays readable. */
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

/** If the file cannot be written, only the logs are lost. */
export function createLog(file: string) {
  const complain = ({ message }: Error) => console.error(`Cannot write the log: ${message}`);
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    return createWriteStream(file, { flags: "a" }).on("error", complain);
  } catch (error) {
    complain(error instanceof Error ? error : new Error(String(error)));
    return undefined;
  }
}
