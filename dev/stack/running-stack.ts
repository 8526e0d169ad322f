import { readFileSync, rmSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as v from "valibot";

/** `npm start` keeps its objects, logs and addresses here. */
export const LOCAL_DIRECTORY = fileURLToPath(new URL("../../.local", import.meta.url));

/** The variables of `npm start`, for `npm run doctor`. */
export const LOCAL_VARIABLES = path.join(LOCAL_DIRECTORY, ".env");

/** Not secret: only this machine reaches the functions of `npm start`. */
export const LOCAL_CRON_SECRET = "local-cron-secret";

/** The local functions answer this path when their background work is done. */
export const IDLE_PATH = "/local/idle";

const RunningStack = v.object({ pid: v.number(), slack: v.string(), functions: v.string() });
/** The addresses of `npm start`, for the other commands. */
export type RunningStack = v.InferOutput<typeof RunningStack>;

/** Finds the stack that runs in this checkout. */
export async function findRunningStack(): Promise<RunningStack> {
  const stack = await inspectRunning(LOCAL_DIRECTORY);
  if (stack === undefined) {
    throw new Error(
      "The local stack is not running: start it with `npm start` and keep it running",
    );
  }
  return stack;
}

/**
 * Writes the addresses of a stack to a file. The returned function removes the file, as does the end of this process.
 * Only one stack at a time may use a directory.
 */
export async function announceStack(stack: RunningStack, directory: string): Promise<() => void> {
  const file = stackFileIn(directory);
  await requireNone(directory);
  try {
    await makeDirectory(directory);
    await rm(file, { force: true });
    await writeFile(file, JSON.stringify(stack), { flag: "wx" });
  } catch (error) {
    // Another stack may have started at the same time.
    await requireNone(directory);
    throw new Error(`Cannot write into ${directory}: ${reasonOf(error)}`, { cause: error });
  }
  const withdraw = () => {
    process.off("exit", withdraw);
    if (inspectFile(readOrEmpty(file))?.pid === stack.pid) {
      rmSync(file, { force: true });
    }
  };
  process.once("exit", withdraw);
  return withdraw;
}

/** A recursive `mkdir` reports a read-only file system as a missing folder. */
async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) {
      throw error;
    }
  }
}

function stackFileIn(directory: string): string {
  return path.join(directory, "stack.json");
}

async function requireNone(directory: string): Promise<void> {
  const running = await inspectRunning(directory);
  if (running !== undefined) {
    const { pid, slack, functions } = running;
    throw new Error(`A local stack is already running as process ${pid}:

  Slack      ${slack}
  Functions  ${functions}

Use it (npm run post -- photo.jpg), or stop it first.`);
  }
}

async function inspectRunning(directory: string): Promise<RunningStack | undefined> {
  const stack = inspectFile(await readFile(stackFileIn(directory), "utf8").catch(() => ""));
  return stack !== undefined && (await isRunning(stack)) ? stack : undefined;
}

function inspectFile(text: string): RunningStack | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), RunningStack), text);
  return parsed.success ? parsed.output : undefined;
}

const Health = v.object({ pid: v.number() });
const HEALTH_TIMEOUT_MS = 5000;

/** A killed process leaves its file behind, and another checkout may use its ports by now. */
async function isRunning({ pid, slack }: RunningStack): Promise<boolean> {
  try {
    const response = await fetch(`${slack}/local/health`, {
      signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
    });
    const health = v.safeParse(Health, await response.json());
    return health.success && health.output.pid === pid;
  } catch (error) {
    // A busy stack answers late.
    return error instanceof Error && error.name === "TimeoutError" && isAlive(pid);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EEXIST: "there is a file with that name",
  ENOTDIR: "there is a file with that name",
};
