import { rmSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseEnv } from "node:util";
import { VARIABLES } from "../../lib/environment.ts";

/** The file with the variables of a running stack, which `npm run doctor` reads. */
export interface KeptVariables {
  write(variables: Readonly<Record<string, string | undefined>>): Promise<void>;
  /** The end of this process removes the file too. */
  remove(): void;
}

export const VARIABLES_FILE = ".env";

/** Keeps only variables of the app, for the shell has others. */
export function keepVariables(directory: string): KeptVariables {
  const file = path.join(directory, VARIABLES_FILE);
  const remove = () => {
    process.off("exit", remove);
    rmSync(file, { force: true });
  };
  process.once("exit", remove);
  return {
    async write(variables) {
      const lines = VARIABLES.flatMap((name) => renderLine(name, variables[name] ?? ""));
      const content = `# Written by \`npm start\`, for \`npm run doctor -- --env .local/.env\`.\n${lines.join("")}`;
      await writeFile(file, content, { mode: OWNER_ONLY });
      // The mode above does not count for a file that a killed process has left.
      await chmod(file, OWNER_ONLY);
    },
    remove,
  };
}

const OWNER_ONLY = 0o600;

/** Finds the quotes with which the value is read back as it is. */
function renderLine(name: string, value: string): string[] {
  if (value === "") {
    return [];
  }
  const lines = ["", "'", '"', "`"].map((quote) => `${name}=${quote}${value}${quote}\n`);
  const line = lines.find((candidate) => parseEnv(candidate)[name] === value);
  return [line ?? `# ${name} cannot be written here.\n`];
}
