import { parseArgs } from "node:util";
import { systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { createRecordStore } from "../lib/records/record-store.ts";
import { openBucket } from "../lib/storage/open-bucket.ts";
import { exportRows } from "./export/export-rows.ts";
import { fetchWorkspace, type Workspace } from "./export/permalink.ts";
import { type Exported, readDeployment } from "./export/read-deployment.ts";
import { writeRows } from "./export/write-rows.ts";
import { runCommand } from "./terminal/command.ts";

const USAGE = `
Writes a row for each image that the app knows, deleted and failed ones too. It changes nothing in Slack or S3.

  npm run export -- --out images.csv            CSV for a spreadsheet, of the deployment whose variables are in .env
  npm run export -- --json --out images.json    a JSON array
  npm run -s export -- --env FILE | head        on stdout, with the variables in another file
`;

/** The rows have stdout for themselves. */
const LOGGER: Logger = { info: complain, warn: complain, error: complain };

await runCommand(USAGE, async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      env: { type: "string", default: ".env" },
      json: { type: "boolean", default: false },
      out: { type: "string" },
    },
  });
  const deployment = await readDeployment(values.env);
  const { statePrefix: prefix, publicBaseUrl } = deployment;
  const bucket = openBucket(deployment.s3, {
    bucket: deployment.s3.stateBucket,
    clock: systemClock,
    logger: LOGGER,
  });
  let unreadable = 0;
  const rows = exportRows({
    records: createRecordStore({ bucket, prefix, clock: systemClock }),
    place: { publicBaseUrl, workspace: await findWorkspace(deployment.slack) },
    onUnreadable({ ref, reason }) {
      unreadable += 1;
      console.error(`${ref}: ${reason}`);
    },
  });
  await writeRows(rows, { isJson: values.json, out: values.out });
  if (unreadable > 0) {
    const records = unreadable === 1 ? "1 record" : `${unreadable} records`;
    throw new Error(`The export lacks ${records} that cannot be read.`);
  }
});

/** Only the links to Slack depend on it, so an export goes on without it. */
async function findWorkspace(slack: Exported["slack"]): Promise<Workspace | undefined> {
  try {
    return slack && (await fetchWorkspace(slack));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`${reason}. The links to messages open Slack in the browser.`);
    return undefined;
  }
}

function complain(event: string, { advice = "" } = {}): void {
  console.error(`${event}: ${advice}`);
}
