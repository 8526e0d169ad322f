import { parseArgs } from "node:util";
import type { Outcome } from "./load/check-outcome.ts";
import { type LoadOptions, type LoadReport, runLoad } from "./load/run-load.ts";
import { keepLogs } from "./stack/keep-logs.ts";
import { QUIET } from "./stack/stack.ts";
import { readNumber, runCommand } from "./terminal/command.ts";

const USAGE = `
Posts messages while calls to Slack and S3 fail at random, then sweeps to finish the rest. Exits with 1 if
anything is lost or doubled.

  npm run load -- --messages 300 --images 3 --in-flight 50 --failures 0.05 --seed 1   (the default)
`;

const MAX_MEGABYTES = 512;
const MAX_DURATION_MS = 600_000;
const MAX_PROBLEMS = 10;

await runCommand(USAGE, async (args) => {
  const options = readOptions(args);
  keepLogs("load.log");
  Object.assign(process.env, QUIET);
  setTimeout(() => {
    console.error(`Cannot finish: the run took longer than ${MAX_DURATION_MS / 1000} s`);
    process.exit(1);
  }, MAX_DURATION_MS).unref();

  const measured = await runLoad(options);
  console.log(renderReport(options, measured));
  const isRight = measured.problems.length === 0 && measured.peakMegabytes < MAX_MEGABYTES;
  console.log(
    isRight ? "\nNothing lost, nothing doubled." : "\nSomething is wrong: see .local/load.log",
  );
  process.exitCode = isRight ? 0 : 1;
});

function readOptions(args: string[]): LoadOptions {
  const { values } = parseArgs({
    args,
    options: {
      messages: { type: "string", default: "300" },
      images: { type: "string", default: "3" },
      "in-flight": { type: "string", default: "50" },
      failures: { type: "string", default: "0.05" },
      seed: { type: "string", default: "1" },
    },
  });
  return {
    messages: readNumber(values, "messages", { min: 1 }),
    images: readNumber(values, "images", { min: 1 }),
    inFlight: readNumber(values, "in-flight", { min: 1 }),
    failures: readNumber(values, "failures", { min: 0, max: 1 }),
    seed: readNumber(values, "seed", { min: 0 }),
  };
}

function renderReport(options: LoadOptions, report: LoadReport): string {
  const { messages, images, inFlight, failures, seed } = options;
  const { ackMs, sweeps } = report;
  const outcome = (present: Outcome) =>
    `${present.images} of ${messages * images} images, ${present.replies} of ${messages} replies`;
  const rows = [
    ["delivered", `${outcome(report.before)}; ${report.undelivered} never acked`],
    ...sweeps.map((sweep, index) => [
      `sweep ${index + 1}`,
      sweep === undefined
        ? "broke off"
        : `finished ${sweep.finished}, found ${sweep.found}, left ${sweep.open}`,
    ]),
    ["in the end", outcome(report)],
    ["calls", `${report.calls} to Slack and S3, ${report.failedCalls} failed`],
    ["rate", `${report.messagesPerSecond.toFixed(1)} messages/s`],
    ["ack", `p50 ${ackMs.p50.toFixed(0)} ms, p99 ${ackMs.p99.toFixed(0)} ms`],
    ["memory", `${report.peakMegabytes.toFixed(0)} MB at the peak, both servers included`],
  ];
  return [
    `${messages} messages × ${images} images, ${inFlight} in flight, ${failures * 100} % of calls failing, seed ${seed}`,
    "",
    ...rows.map(([name = "", value]) => `  ${name.padEnd(13)}${value}`),
    ...report.problems.slice(0, MAX_PROBLEMS).map((problem) => `  ! ${problem}`),
  ].join("\n");
}
