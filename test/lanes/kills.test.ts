import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import {
  expectInLine,
  type Intent,
  INTENTS,
  startIntentStack,
  sweepUntilDone,
} from "../faults/intents.ts";
import type { TestStack } from "../helpers/stack.ts";

const SCRIPT = fileURLToPath(new URL("../helpers/instance-process.ts", import.meta.url));
/** The environment variable `KILLS` sets the number of kills per intent. */
const KILLS = Number(process.env["KILLS"] ?? 4);
/** The time between the answer and the end of the process, in ms. */
const DELAYS = Array.from({ length: KILLS }, (_, index) => Math.round((index * 40) / KILLS));

it.each(Object.entries<Intent>(INTENTS))(
  "a process that is killed within 40 ms of its answer loses nothing: %s",
  async (_, intent) => {
    for (const delayMs of DELAYS) {
      await using stack = await startIntentStack();
      const posted = await intent.prepare(stack);
      const victim = await startVictim(stack);
      stack.serveFrom(victim.instance);
      const status = await intent.act(stack, posted, victim.instance);
      await setTimeout(delayMs);
      await victim.kill();
      expect(status).toBe(200);
      await sweepUntilDone(stack);
      intent.expectKept(stack, posted);
      expectInLine(stack);
    }
  },
);

/** Lets another process answer as an additional instance. */
async function startVictim(stack: TestStack) {
  const child = spawn(process.execPath, ["--import", "tsx", SCRIPT, JSON.stringify(stack.env)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = await once(child.stdout, "data");
  const origin = String(line).trim();
  const forward = (path: string) => async (request: Request) => {
    const body = await request.text();
    return fetch(`${origin}/${path}`, { method: "POST", headers: request.headers, body });
  };
  const served = {
    events: forward("events"),
    interactivity: forward("interactivity"),
    commands: forward("commands"),
  };
  return {
    instance: served,
    async kill() {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
