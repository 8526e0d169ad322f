import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runCommand } from "../dev/terminal/command.ts";

const PARTS = ["ack", "upload", "images"] as const;

const USAGE = `
Measures the cost of acks, uploads and photos, as ratios against an alternative in the same run.

  npm run bench                 everything, in a few minutes
  npm run bench -- ${PARTS.join(" ")}   only these parts
`;

await runCommand(USAGE, async (args) => {
  for (const name of args.length === 0 ? PARTS : args) {
    const part = PARTS.find((one) => one === name);
    if (part === undefined) {
      throw new Error(`There is no "${name}": ${PARTS.join(", ")}`);
    }
    const script = fileURLToPath(new URL(`${part}.ts`, import.meta.url));
    execFileSync(process.execPath, ["--import", "tsx", script], { stdio: "inherit" });
  }
});
