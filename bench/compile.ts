import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * Compiles a script of this folder to JavaScript, and returns its path. Run from source, each closure would pay for the
 * name that the loader gives it.
 */
export async function compile(script: string): Promise<string> {
  const outdir = path.join(BENCH, "../.local/bench");
  await build({
    ...OPTIONS,
    entryPoints: [path.join(BENCH, script)],
    outdir,
    splitting: true,
  });
  return path.join(outdir, script.replace(/\.ts$/u, ".js"));
}

/** Compiles each alternative into one file, a function for Vercel. Its packages are left to the build. */
export async function compileAlternatives(outdir: string): Promise<void> {
  const names = ["bare", "bolt", "bolt-claim"];
  const entryPoints = names.map((name) => path.join(BENCH, `alternatives/${name}.ts`));
  await build({ ...OPTIONS, entryPoints, outdir });
}

const BENCH = fileURLToPath(new URL(".", import.meta.url));
const OPTIONS = {
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "warning",
} as const;
