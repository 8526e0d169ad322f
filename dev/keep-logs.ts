import { createWriteStream } from "node:fs";

/** The functions write one JSON object a line on stdout: into a file instead, for here it would bury the rest. */
export function keepLogs(file: URL): void {
  const logs = createWriteStream(file, { flags: "a" });
  const print = console.log;
  console.log = (...args: unknown[]) => {
    const [line] = args;
    if (typeof line === "string" && line.startsWith('{"time":')) {
      logs.write(`${line}\n`);
    } else {
      print(...args);
    }
  };
}
