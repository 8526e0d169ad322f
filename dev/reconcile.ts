import { parseArgs } from "node:util";
import * as v from "valibot";
import { findRunningStack, LOCAL_CRON_SECRET } from "./stack/running-stack.ts";
import { runCommand } from "./terminal/command.ts";

const USAGE = `
Finishes interrupted uploads and finds messages that were never delivered, as the cron job does.

  npm run reconcile                                                 the stack of a running \`npm start\`
  CRON_SECRET=… npm run reconcile -- --url https://my-project.vercel.app   a deployment (or RECONCILE_URL)
`;
/** The longest time that a function may run. */
const TIMEOUT_MS = 300_000;

const SweepReport = v.object({
  finished: v.number(),
  found: v.number(),
  open: v.number(),
  channels: v.number(),
  isComplete: v.boolean(),
  unsearchedSince: v.optional(v.string()),
});

const REFUSALS: Readonly<Record<number, string>> = {
  401: "the deployment has another CRON_SECRET",
  404: "this app is not deployed at that address",
  500: "the sweep broke off; the function log says why",
  503: "the deployment lacks CRON_SECRET or another variable: see its function log",
};

await runCommand(USAGE, async (args) => {
  const { origin, secret } = await findTarget(args);
  console.log(`Sweeping ${origin} …`);
  console.log(renderReport(await sweep(origin, secret)));
});

/** The named deployment, or else the stack of `npm start`. */
async function findTarget(args: string[]): Promise<{ origin: string; secret: string }> {
  const { values } = parseArgs({ args, options: { url: { type: "string" } } });
  const url = values.url ?? process.env["RECONCILE_URL"];
  if (url === undefined || url === "") {
    return { origin: (await findRunningStack()).functions, secret: LOCAL_CRON_SECRET };
  }
  const secret = process.env["CRON_SECRET"];
  if (!URL.canParse(url)) {
    throw new Error("Cannot sweep: the address must look like https://my-project.vercel.app");
  }
  if (secret === undefined || secret === "") {
    throw new Error("Cannot sweep: put the deployment's CRON_SECRET into the environment");
  }
  return { origin: new URL(url).origin, secret };
}

async function sweep(origin: string, secret: string): Promise<v.InferOutput<typeof SweepReport>> {
  const response = await fetch(`${origin}/api/cron/reconcile`, {
    headers: { authorization: `Bearer ${secret}` },
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new Error(`Cannot sweep: ${origin} does not answer`, { cause });
  });
  if (!response.ok) {
    throw new Error(`Cannot sweep: ${REFUSALS[response.status] ?? `answered ${response.status}`}`);
  }
  return v.parse(SweepReport, await response.json());
}

function renderReport(report: v.InferOutput<typeof SweepReport>): string {
  const { finished, found, open, channels, isComplete, unsearchedSince } = report;
  const done = [
    finished > 0 && `finished ${count(finished, "message")} that had been interrupted`,
    found > 0 && `found ${count(found, "message")} that had never been delivered`,
  ].filter((sentence) => sentence !== false);
  return [
    done.length === 0
      ? "Nothing was lost."
      : `${done.join(", ").replace(/^f/u, "F")}. Their threads are up to date now.`,
    open > 0 &&
      `${count(open, "message")} not finished yet: another instance is at work, or a call failed again. The next sweep tries again.`,
    `Looked at ${count(channels, "channel")}.`,
    unsearchedSince !== undefined &&
      `Messages between ${unsearchedSince} and seven days ago were never searched. Use the message shortcut on those that are missing.`,
    !isComplete && "The sweep ran out of time. The next one continues where it stopped.",
  ]
    .filter((sentence) => sentence !== false)
    .join("\n");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
