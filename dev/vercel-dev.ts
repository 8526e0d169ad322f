import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { LocalStack } from "./stack.ts";

/** The functions under `vercel dev --local`, which needs neither a login nor the network. */
export async function startVercelDev({
  functionsPort,
  env,
}: Pick<LocalStack, "functionsPort" | "env">) {
  const address = `127.0.0.1:${functionsPort}`;
  const cli = fileURLToPath(import.meta.resolve("vercel/dist/vc.js"));
  const server = spawn(process.execPath, [cli, "dev", "--local", "--yes", "--listen", address], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: { ...process.env, ...env, VERCEL_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const origin = `http://${address}`;
  await waitUntilHealthy(origin);
  return {
    origin,
    async [Symbol.asyncDispose]() {
      if (server.exitCode === null) {
        server.kill("SIGTERM");
        await once(server, "exit");
      }
    },
  };
}

const START_TIMEOUT_MS = 90_000;

async function waitUntilHealthy(origin: string): Promise<void> {
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadlineMs) {
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
