import type { Config } from "../../lib/config.ts";
import type { LocalS3 } from "../local-s3/server.ts";
import type { LocalSlack } from "../local-slack/server.ts";
import type { FunctionsFront } from "../stack/functions-front.ts";
import type { StackClock } from "../stack/stack-clock.ts";
import type { Acts } from "./acts.ts";
import type { FunctionLog } from "./function-log.ts";
import type { RecordHistory } from "./record-history.ts";
import type { Settings } from "./settings.ts";
import type { Topics } from "./topics.ts";

/** The local stack, as far as the page looks into it or breaks it. */
export interface StackPorts {
  slack: LocalSlack;
  s3: LocalS3;
  clock: StackClock;
  /** Of the start: no setting of the page changes buckets, prefixes or addresses. */
  config: Config;
  /** Missing under `vercel dev`. */
  front: FunctionsFront | undefined;
  /** Where the functions are. */
  functions: string;
  topics: Topics;
  log: FunctionLog;
  history: RecordHistory;
  settings: Settings;
  acts: Acts;
}

/** Of a part that the page shows and cannot use here. */
export class NotInControlError extends Error {
  override readonly name = "NotInControlError";

  constructor(what: string) {
    super(`${what} needs functions that the local stack controls: start it with npm start.`);
  }
}
