import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as v from "valibot";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CLI = fileURLToPath(import.meta.resolve("vercel/dist/vc.js"));
const DEPLOYED = [
  "README.ko.md",
  "README.md",
  "SECURITY.md",
  "api",
  "dev",
  "docs",
  "infra",
  "lib",
  "public",
  "manifest.json",
  "vercel.json",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
];

/** Copies what is deployed into an empty folder, without packages. */
export async function copyDeployed(project: string): Promise<void> {
  await Promise.all(
    DEPLOYED.map((name) =>
      cp(path.join(ROOT, name), path.join(project, name), { recursive: true }),
    ),
  );
  await mkdir(path.join(project, ".vercel"));
  await writeFile(path.join(project, ".vercel/project.json"), '{"settings":{}}');
}

/** Builds such a copy as Vercel does, and returns the folder of the output. */
export async function buildFunctions(project: string): Promise<string> {
  await run(process.execPath, [CLI, "build", "--yes"], { cwd: project });
  return path.join(project, ".vercel/output");
}

/** Returns the names of the built functions, such as `api/health`. */
export async function listFunctions(output: string): Promise<string[]> {
  const files = await readdir(path.join(output, "functions"), { recursive: true });
  return files.filter((file) => file.endsWith(".func")).map((file) => file.replace(/\.func$/u, ""));
}

/** Returns where the files of a built function are, by their place in the function. */
export async function listPacked(output: string, name: string): Promise<Map<string, string>> {
  const directory = path.join(output, "functions", `${name}.func`);
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const inside = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const config = await readFile(path.join(directory, ".vc-config.json"), "utf8");
  const { filePathMap } = v.parse(Config, JSON.parse(config));
  const project = path.join(output, "../..");
  return new Map([
    ...inside.map((file) => [path.relative(directory, file), file] as const),
    // The build may name files of the project instead of copying them.
    ...Object.entries(filePathMap).map(([at, file]) => [at, path.join(project, file)] as const),
  ]);
}

const Config = v.object({ filePathMap: v.optional(v.record(v.string(), v.string()), {}) });
