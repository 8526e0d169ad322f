import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { poll } from "../helpers/poll.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const NEEDED = ["api", "bench", "dev", "lib", "public", "manifest.json", "package.json"];

type Env = Readonly<Record<string, string>>;

/** A copy of this checkout, in a folder with an unusual name. */
export interface Checkout extends AsyncDisposable {
  directory: string;
  run(command: string, args?: readonly string[], env?: Env): Promise<Finished>;
  /** Runs a command and closes its output after the first piece, as `| head` does. */
  runIntoHead(command: string, args?: readonly string[]): Promise<Finished>;
  /** Runs `npm start` and waits for its first tags. */
  start(env?: Env): Promise<Started>;
}

export interface Finished {
  code: number | null;
  stdout: string;
  /** Never contains the stack of an error. */
  stderr: string;
}

export interface Started {
  /** The output so far. */
  stdout: string;
  /** Ends the process as Ctrl+C does. */
  stop(): Promise<number | null>;
}

export async function createCheckout(): Promise<Checkout> {
  const parent = await mkdtemp(path.join(tmpdir(), "checkout-"));
  const directory = path.join(parent, "my app 한글");
  await Promise.all(
    NEEDED.map((name) =>
      cp(path.join(ROOT, name), path.join(directory, name), { recursive: true }),
    ),
  );
  await symlink(path.join(ROOT, "node_modules"), path.join(directory, "node_modules"));
  const children = new Set<ChildProcess>();

  function open(command: string, args: readonly string[] = [], env: Env = {}) {
    const child = spawn(process.execPath, ["--import", "tsx", `${command}.ts`, ...args], {
      cwd: directory,
      env: { ...process.env, NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.add(child);
    const ended = once(child, "exit").then(() => {
      children.delete(child);
      return child.exitCode;
    });
    return { child, ended };
  }

  return {
    directory,
    async run(...use) {
      const { child, ended } = open(...use);
      const [stdout, stderr, code] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        ended,
      ]);
      return { code, stdout, stderr: withoutStack(stderr) };
    },
    async runIntoHead(...use) {
      const { child, ended } = open(...use);
      const [[first], stderr, code] = await Promise.all([
        once(child.stdout, "data").finally(() => child.stdout.destroy()),
        text(child.stderr),
        ended,
      ]);
      return { code, stdout: String(first), stderr: withoutStack(stderr) };
    },
    async start(env) {
      const { child, ended } = open("dev/start", [], env);
      let stdout = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
      await poll("start", () => (/Stop with/u.test(stdout) ? true : undefined));
      return {
        stdout,
        stop() {
          child.kill("SIGINT");
          return ended;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      await rm(parent, { recursive: true, force: true });
    },
  };
}

function withoutStack(stderr: string): string {
  if (/^\s+at |node:internal/mu.test(stderr)) {
    throw new Error(`The command shows a stack: ${stderr}`);
  }
  return stderr;
}
