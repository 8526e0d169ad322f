import type { Config } from "../../lib/config.ts";
import type { LocalS3 } from "../local-s3/server.ts";
import type { LocalSlack } from "../local-slack/server.ts";
import type { FunctionsFront } from "../stack/functions-front.ts";
import type { KeptVariables } from "../stack/keep-variables.ts";
import type { StackClock } from "../stack/stack-clock.ts";
import type { Acts } from "./acts.ts";
import type { FunctionLog } from "./function-log.ts";
import type { RecordHistory } from "./record-history.ts";
import type { Settings } from "./settings.ts";
import type { Topics } from "./topics.ts";

/** The parts of the local stack that the page looks into or breaks. */
export interface StackPorts {
  slack: LocalSlack;
  s3: LocalS3;
  clock: StackClock;
  /** No setting of the page changes it: buckets, prefixes and addresses stay. */
  config: Config;
  /** Missing under `vercel dev`. */
  front: FunctionsFront | undefined;
  /** Where the functions are. */
  functions: string;
  topics: Topics;
  log: FunctionLog;
  history: RecordHistory;
  settings: Settings;
  kept: KeptVariables;
  acts: Acts;
}

/** The functions run elsewhere, and this act needs control of them. */
export class NotInControlError extends Error {
  override readonly name = "NotInControlError";

  constructor(what: string) {
    super(`${what} needs functions that the local stack controls. Start it with npm start.`);
  }
}
