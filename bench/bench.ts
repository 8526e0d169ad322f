import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as v from "valibot";
import { runCommand } from "../dev/terminal/command.ts";
import { measureAck } from "./ack.ts";
import { measureCodecs } from "./codecs.ts";
import { measureCold } from "./cold.ts";
import { renderCurves } from "./curves.ts";
import { readTried, renderDocument } from "./document.ts";
import { measureGrowth } from "./growth.ts";
import { Results } from "./results.ts";
import { type Part, renderTables } from "./tables.ts";
import { measureUpload } from "./upload.ts";

const PARTS = ["ack", "cold", "upload", "growth", "codecs"] as const;

const USAGE = `
Measures the app beside alternatives in the same run: Bolt, a bare handler, an upload by hand, the codecs' libraries.

  npm run bench                     everything, in a few minutes
  npm run bench -- ack upload       only these parts: ${PARTS.join(" ")}
  npm run bench -- --write          also writes bench/results.json, docs/performance.md and its curves
  npm run bench -- --write codecs   replaces only these figures there
`;

const FILES = {
  results: fileURLToPath(new URL("results.json", import.meta.url)),
  document: fileURLToPath(new URL("../docs/performance.md", import.meta.url)),
  curves: fileURLToPath(new URL("../docs/performance/", import.meta.url)),
};

await runCommand(USAGE, async (args) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { write: { type: "boolean", default: false } },
  });
  const parts = (positionals.length === 0 ? [...PARTS] : positionals).map(toPart);
  const measured: Partial<Results> = {};
  for (const part of parts) {
    Object.assign(measured, await measure(part));
    console.log(`\n${renderTables(part, measured)}\n`);
  }
  if (values.write) {
    const isWhole = PARTS.every((part) => parts.includes(part));
    const before = isWhole ? {} : JSON.parse(await readFile(FILES.results, "utf8"));
    await write(v.parse(Results, { ...before, ...measured, machine: describeMachine() }));
  }
});

function toPart(name: string): Part {
  const part = PARTS.find((one) => one === name);
  if (part === undefined) {
    throw new Error(`There is no "${name}": ${PARTS.join(", ")}`);
  }
  return part;
}

async function measure(part: Part): Promise<Partial<Results>> {
  const startMs = performance.now();
  const report = (progress: string) => {
    const seconds = Math.round((performance.now() - startMs) / 1000);
    console.log(`${part}: ${progress} (${seconds} s)`);
  };
  switch (part) {
    case "ack":
      return { ack: await measureAck(report) };
    case "cold":
      return { cold: await measureCold(report) };
    case "upload":
      return { upload: await measureUpload(report) };
    case "growth":
      return { growth: await measureGrowth(report) };
    case "codecs":
      return { codecs: await measureCodecs(report) };
  }
}

function describeMachine(): Results["machine"] {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    node: process.versions.node,
    date: new Date().toISOString().slice(0, 10),
  };
}

async function write(results: Results): Promise<void> {
  const document = await readFile(FILES.document, "utf8").catch(() => "");
  await writeFile(FILES.results, `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(FILES.document, renderDocument(results, readTried(document)));
  await mkdir(FILES.curves, { recursive: true });
  for (const [name, svg] of renderCurves(results)) {
    await writeFile(`${FILES.curves}${name}`, svg);
  }
}
