import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { LocalStack } from "./stack.ts";

/**
 * Starts the functions under `vercel dev --local`, which needs neither a login nor the network. It would run the script
 * `dev` of package.json, if the empty `now-dev` did not take its place.
 * https://github.com/vercel/vercel/blob/main/packages/static-build/src/index.ts
 */
export async function startVercelDev(
  { env }: Pick<LocalStack, "env">,
  { origin }: { origin: string },
): Promise<AsyncDisposable> {
  const address = new URL(origin).host;
  const cli = fileURLToPath(import.meta.resolve("vercel/dist/vc.js"));
  const server = spawn(process.execPath, [cli, "dev", "--local", "--yes", "--listen", address], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...process.env, ...env, VERCEL_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const kill = () => void server.kill();
  process.once("exit", kill);
  const stop = async () => {
    process.off("exit", kill);
    if (server.exitCode === null && server.signalCode === null) {
      server.kill();
      await once(server, "exit");
    }
  };
  try {
    await waitUntilHealthy(origin, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { [Symbol.asyncDispose]: stop };
}

const START_TIMEOUT_MS = 90_000;

async function waitUntilHealthy(origin: string, server: ChildProcess): Promise<void> {
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadlineMs) {
    if (server.exitCode !== null) {
      throw new Error(`Cannot start \`vercel dev\`: it ended with ${server.exitCode}`);
    }
    try {
      const response = await fetch(`${origin}/api/health`);
      if (response.ok) {
        return;
      }
      throw new Error(`Cannot use \`vercel dev\`: /api/health answers ${response.status}`);
    } catch (error) {
      if (!(error instanceof TypeError)) {
        throw error;
      }
      await delay(250);
    }
  }
  throw new Error(`Cannot start \`vercel dev\`: no answer within ${START_TIMEOUT_MS / 1000} s`);
}
