import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import {
  buildFunctions,
  copyDeployed,
  listFunctions,
  listPacked,
} from "../dev/stack/vercel-build.ts";
import { compileAlternatives } from "./compile.ts";
import { linkPackages } from "./link-packages.ts";
import { interleave, median, round } from "./measure.ts";
import type { SignedRequest } from "./orders.ts";
import type { ColdRow, PackedRow, Results } from "./results.ts";
import { startServers } from "./start-servers.ts";

const RUNS = 15;
const CASES = [
  { name: "text", kind: "text", rival: "bench/bolt" },
  { name: "image with claim", kind: "image", rival: "bench/bolt-claim" },
] as const;
const OURS = "slack/events";
const BARE = "bench/bare";

/**
 * Measures the first ack of a built function in a new process. The alternatives are functions of the same project, so that
 * one `vercel build` traces and compiles them all alike.
 */
export async function measureCold(report: (progress: string) => void): Promise<Results["cold"]> {
  await mkdir(LOCAL, { recursive: true });
  const project = await mkdtemp(path.join(LOCAL, "built-"));
  try {
    report("vercel build, about a minute");
    const output = await build(project);
    const starts: ColdRow[] = [];
    await using servers = await startServers({ latencyMs: 0 });
    for (const { name, kind, rival } of CASES) {
      report(name);
      const start = async (contender: string, coverage?: string) => {
        const [request] = await servers.post({ kind, count: 1 });
        const directory = path.join(output, "functions/api", `${contender}.func`);
        const file = path.join(directory, "api", `${contender}.js`);
        const env = { ...servers.env, ...(coverage && { NODE_V8_COVERAGE: coverage }) };
        return startCold(file, { request, env });
      };
      const times = { rounds: RUNS, warmUps: 1 };
      const samples = await interleave([OURS, BARE, rival], times, (contender) => start(contender));
      for (const [contender, runs] of samples) {
        const coverage = await mkdtemp(path.join(project, "coverage-"));
        await start(contender, coverage);
        starts.push({
          case: name,
          contender: contender === OURS ? "ours" : contender === BARE ? "bare" : "bolt",
          processMs: round(median(runs.map(({ processMs }) => processMs))),
          ackMs: round(median(runs.map(({ ackMs }) => ackMs))),
          ...(await readJavaScript(coverage)),
        });
      }
    }
    return { starts, packed: await measurePacked(output) };
  } finally {
    await rm(project, { recursive: true, force: true });
  }
}

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const LOCAL = path.join(ROOT, ".local/bench");
const SCRIPT = fileURLToPath(new URL("cold-start.js", import.meta.url));

async function build(project: string): Promise<string> {
  await copyDeployed(project);
  await linkPackages(ROOT, project);
  await compileAlternatives(path.join(project, "api/bench"));
  const file = path.join(project, "vercel.json");
  const settings = v.parse(Settings, JSON.parse(await readFile(file, "utf8")));
  // The packages are there.
  await writeFile(file, JSON.stringify({ ...settings, installCommand: "true" }));
  const output = await buildFunctions(project);
  for (const name of ["bolt", "bolt-claim"]) {
    for (const untraced of UNTRACED) {
      const directory = path.join(output, `functions/api/bench/${name}.func`);
      await copyFile(path.join(project, untraced), path.join(directory, untraced));
    }
  }
  return output;
}

const Settings = v.record(v.string(), v.unknown());
/** Bolt loads these by the condition `module-sync`, which the build does not trace. */
const UNTRACED = ["async-function", "async-generator-function", "generator-function"].map(
  (name) => `node_modules/${name}/require.mjs`,
);

const Started = v.object({ status: v.literal(200), processMs: v.number(), ackMs: v.number() });

async function startCold(
  file: string,
  { request, env }: { request: SignedRequest | undefined; env: Readonly<Record<string, string>> },
): Promise<v.InferOutput<typeof Started>> {
  const child = spawn(process.execPath, [SCRIPT, file], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["pipe", "ignore", "ignore", "pipe"],
  });
  child.stdin?.end(JSON.stringify(request));
  const output = child.stdio[3];
  const [result] = await Promise.all([
    output instanceof Readable ? text(output) : "",
    once(child, "close"),
  ]);
  if (result === "") {
    throw new Error(`Cannot measure ${path.basename(file)}: it ended without an answer`);
  }
  return v.parse(Started, JSON.parse(result));
}

const Coverage = v.object({ result: v.array(v.object({ url: v.string() })) });

/** Reads from V8's coverage which scripts were evaluated, and how large their files are. */
async function readJavaScript(coverage: string): Promise<Pick<ColdRow, "modules" | "bytes">> {
  const files = new Set<string>();
  for (const name of await readdir(coverage)) {
    const { result } = v.parse(
      Coverage,
      JSON.parse(await readFile(path.join(coverage, name), "utf8")),
    );
    for (const { url } of result) {
      if (url.startsWith("file:") && fileURLToPath(url) !== SCRIPT) {
        files.add(fileURLToPath(url));
      }
    }
  }
  return { modules: files.size, bytes: await bytesOf(files) };
}

async function measurePacked(output: string): Promise<PackedRow[]> {
  const names = (await listFunctions(output)).filter((name) => !name.startsWith("api/bench/"));
  return Promise.all(
    names.toSorted().map(async (name) => {
      const packed = await listPacked(output, name);
      return { function: name, files: packed.size, bytes: await bytesOf(packed.values()) };
    }),
  );
}

async function bytesOf(files: Iterable<string>): Promise<number> {
  const sizes = await Promise.all(Array.from(files, async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
