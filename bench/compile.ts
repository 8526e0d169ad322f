import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * Compiles a script of this folder to JavaScript, with packages left outside, and returns its path. Run from source, each
 * closure would pay for the name that the loader gives it.
 */
export async function compile(script: string): Promise<string> {
  const outdir = path.join(ROOT, ".local/bench");
  await build({
    entryPoints: [path.join(ROOT, "bench", script)],
    outdir,
    bundle: true,
    splitting: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
  });
  return path.join(outdir, script.replace(/\.ts$/u, ".js"));
}

const ROOT = fileURLToPath(new URL("..", import.meta.url));
