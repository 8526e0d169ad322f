import path from "node:path";
import { parseArgs } from "node:util";
import * as v from "valibot";
import { systemClock } from "../lib/clock.ts";
import { type Check, failed, passed, type Report, toReport } from "../lib/doctor/check.ts";
import { examine } from "../lib/doctor/examine.ts";
import { readVariables } from "./control/read-variables.ts";
import { findRunningStack, LOCAL_VARIABLES } from "./stack/running-stack.ts";
import { QUIET } from "./stack/stack.ts";
import { createStackClock, replaceDate } from "./stack/stack-clock.ts";
import { runCommand } from "./terminal/command.ts";
import { renderReport } from "./terminal/render-report.ts";

const USAGE = `
Checks that everything works together: variables, Slack, the bucket, the CDN, the Request URLs. Prints what to do about
each failure, and no secret. Exit code 1: something failed.

  npm run doctor                                               the variables in .env, from this machine
  npm run doctor -- --env .local/.env                          those of a running \`npm start\`
  npm run doctor -- --env FILE --url https://my-project.vercel.app   the same, with the Request URLs there
  CRON_SECRET=… npm run doctor -- --url https://my-project.vercel.app   a deployment, from its own place
  npm run doctor -- --json                                     {"ok":…,"checks":[{"name":…,"ok":true|false|null,"what":…,"do":…}]}
`;

const OPTIONS = {
  env: { type: "string" },
  url: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

const StackState = v.object({ clockOffsetMs: v.number() });

/** A check waits for several time limits if everything is down. */
const TIMEOUT_MS = 300_000;

const Report = v.object({
  ok: v.boolean(),
  checks: v.array(
    v.object({
      name: v.string(),
      ok: v.nullable(v.boolean()),
      what: v.string(),
      do: v.exactOptional(v.string()),
    }),
  ),
});
const Health = v.object({ variables: v.optional(v.array(v.string()), []) });

const REDIRECTED = "Use the address that it redirects to.";
const REMEDIES: Readonly<Record<number, string>> = {
  200: "Use the address where this app is deployed.",
  301: REDIRECTED,
  302: REDIRECTED,
  307: REDIRECTED,
  308: REDIRECTED,
  404: "Deploy this version of the app there, or use the address where it is deployed.",
};

Object.assign(process.env, QUIET);
await runCommand(USAGE, async (args) => {
  const { values } = parseArgs({ args, options: OPTIONS });
  const { env, json, url } = values;
  const origin = url === undefined ? undefined : readOrigin(url);
  const report =
    origin !== undefined && env === undefined
      ? await askDeployment(origin)
      : await examineFile(env ?? ".env", origin);
  console.log(json ? JSON.stringify(report) : renderReport(report, { hasColours: hasColours() }));
  process.exitCode = report.ok ? 0 : 1;
});

function readOrigin(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/u.test(new URL(url).protocol)) {
    throw new Error("Cannot ask: the address must look like https://my-project.vercel.app");
  }
  return new URL(url).origin;
}

function hasColours(): boolean {
  return process.stdout.isTTY && !process.env["NO_COLOR"];
}

async function examineFile(file: string, named: string | undefined): Promise<Report> {
  const variables = await readVariables(file);
  const isLocal = path.resolve(file) === LOCAL_VARIABLES;
  const origin = named ?? (isLocal ? await joinLocalStack() : undefined);
  return examine({
    variables,
    origin,
    clock: systemClock,
    isDeployed: false,
    hasRole: variables["VERCEL_OIDC_TOKEN"] !== undefined,
  });
}

/** Takes over the time of the running stack, which a sweep there moves. Returns the functions' address. */
async function joinLocalStack(): Promise<string> {
  const { slack, functions } = await findRunningStack();
  const response = await fetch(`${slack}/local/stack`);
  const clock = createStackClock();
  clock.move(v.parse(StackState, await response.json()).clockOffsetMs);
  replaceDate(clock);
  return functions;
}

/** Lets the deployment examine itself. If it cannot, says why. */
async function askDeployment(origin: string): Promise<Report> {
  const secret = process.env["CRON_SECRET"] ?? "";
  if (secret === "") {
    throw new Error("Cannot ask: put the deployment's CRON_SECRET into the environment");
  }
  const startMs = performance.now();
  const response = await get(`${origin}/api/doctor`, { authorization: `Bearer ${secret}` });
  const name = "deployment";
  if (response === undefined) {
    const what = `${origin} does not answer.`;
    return toReport([failed(name, what, "Deploy the app, and use its production address.")]);
  }
  const report = v.safeParse(v.pipe(v.string(), v.parseJson(), Report), await response.text());
  if (response.status !== 200 || !report.success) {
    return toReport(await explainRefusal(origin, response));
  }
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const answered = passed(name, `${origin} examined itself in ${seconds} s.`);
  return toReport([answered, ...report.output.checks]);
}

async function explainRefusal(origin: string, { status, headers }: Response): Promise<Check[]> {
  const name = "deployment";
  const what = `${origin}/api/doctor answers ${status}.`;
  if (status === 503) {
    const health = await get(`${origin}/api/health`, {});
    const body = v.safeParse(
      v.pipe(v.string(), v.parseJson(), Health),
      (await health?.text()) ?? "",
    );
    const names = body.success ? body.output.variables : [];
    return [
      failed(
        name,
        `${origin} has no CRON_SECRET.`,
        "Set CRON_SECRET there to the output of `openssl rand -hex 32`, and redeploy.",
      ),
      ...names.map((variable) =>
        failed(
          `variables.${variable}`,
          `${variable} is missing or malformed.`,
          `Set ${variable} there, and redeploy.`,
        ),
      ),
    ];
  }
  const isPage = (headers.get("content-type") ?? "").startsWith("text/html");
  if (status === 401 && !isPage) {
    const remedy = "Put the deployment's CRON_SECRET into the environment of this command.";
    return [failed(name, "The deployment has another CRON_SECRET.", remedy)];
  }
  return [
    failed(
      name,
      what,
      isPage && (status === 401 || status === 403)
        ? "Use the production address, or switch Vercel's Deployment Protection off for this one."
        : (REMEDIES[status] ?? "Look at its function log, which says why."),
    ),
  ];
}

/** `undefined`: there was no answer. The secret follows no redirect. */
async function get(url: string, headers: Record<string, string>): Promise<Response | undefined> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return await fetch(url, { headers, redirect: "manual", signal });
  } catch {
    return undefined;
  }
}
