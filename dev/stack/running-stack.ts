import { readFileSync, rmSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as v from "valibot";

/** `npm start` keeps its objects, its logs and its addresses here. */
export const LOCAL_DIRECTORY = fileURLToPath(new URL("../../.local", import.meta.url));

/** Only this machine reaches the functions of `npm start`, so that its secret may be known. */
export const LOCAL_CRON_SECRET = "local-cron-secret";

/** The local functions answer it once their background work is done. */
export const IDLE_PATH = "/local/idle";

const RunningStack = v.object({ pid: v.number(), slack: v.string(), functions: v.string() });
/** Where `npm start` serves, for `npm run post` and the other commands. */
export type RunningStack = v.InferOutput<typeof RunningStack>;

/** The stack that runs in this checkout. */
export async function findRunningStack(): Promise<RunningStack> {
  const stack = await inspectRunning(LOCAL_DIRECTORY);
  if (stack === undefined) {
    throw new Error("The local stack does not run: start it with `npm start` and keep it running");
  }
  return stack;
}

/**
 * Writes down where a stack runs, until what is returned is called or this process ends. Only one stack at a time
 * may keep its objects in a directory.
 */
export async function announceStack(stack: RunningStack, directory: string): Promise<() => void> {
  const file = stackFileIn(directory);
  await requireNone(directory);
  try {
    await makeDirectory(directory);
    await rm(file, { force: true });
    await writeFile(file, JSON.stringify(stack), { flag: "wx" });
  } catch (error) {
    // Another one was faster.
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

/** Recursively, Node would say of a read-only file system that the folder does not exist. */
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
    throw new Error(`One is running already, as process ${pid}:

  Slack      ${slack}
  Functions  ${functions}

Use that one (npm run post -- photo.jpg), or stop it first.`);
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

/** The file outlives a process that was killed, and the ports may be those of another checkout by now. */
async function isRunning({ pid, slack }: RunningStack): Promise<boolean> {
  try {
    const response = await fetch(`${slack}/local/health`, {
      signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
    });
    const health = v.safeParse(Health, await response.json());
    return health.success && health.output.pid === pid;
  } catch (error) {
    // It may be busy.
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
  EACCES: "this user may not",
  EPERM: "this user may not",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EEXIST: "something that is no folder is in the way",
  ENOTDIR: "something that is no folder is in the way",
};
