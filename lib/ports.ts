import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { ImagePorts } from "./images/make-image.ts";
import type { Accept, InBackground } from "./listeners/background.ts";
import type { Logger } from "./logger.ts";
import type { MarkerStore } from "./records/marker-store.ts";
import type { RecordStore, StatePlace, StoredRecord } from "./records/record-store.ts";
import type { Coalesce } from "./replies/coalesce.ts";
import type { DownloadFile } from "./slack/file-download.ts";
import type { Respond } from "./slack/response-url.ts";
import type { SlackClient } from "./slack/web-client.ts";
import type { SettingsFor } from "./settings.ts";
import type { Bucket } from "./storage/s3.ts";
import type { Budget } from "./time-plan.ts";
import type { Turns } from "./turns.ts";

/** The world as far as an answer may touch it: it takes milliseconds. */
export interface AnswerPorts {
  config: Config;
  settingsFor: SettingsFor;
  records: RecordStore;
  markers: MarkerStore;
  clock: Clock;
  logger: Logger;
}

/** Sweeps find this wrong with the deployment, and `/api/health` names it. */
export type Alarm = "store_unsafe" | "state_public";

/** This process knows so much of the deployment. */
export interface Health {
  alarms: Set<Alarm>;
  /** Epoch ms: when the store was last seen to honour conditions. */
  safeAtMs: number | undefined;
}

/** A listener is given this: it answers, and hands the rest to the work behind the answer. */
export interface Door extends AnswerPorts {
  accept: Accept;
  inBackground: InBackground;
}

/** The world as far as the work behind an answer may touch it. Only `accept` and `inBackground` hand it out. */
export interface WorkPorts extends AnswerPorts, ImagePorts {
  slack: SlackClient;
  respond: Respond;
  downloadFile: DownloadFile;
  images: Bucket;
  state: StatePlace;
  /** Uploads that this process is at. */
  uploads: Turns;
  /** Bytes of files that this process holds, over all messages. */
  bytesInFlight: Turns;
  /** One publisher of a record at a time in this process. */
  publishing: Coalesce<StoredRecord>;
  health: Health;
  /** When this function has to be through. */
  budget: Budget;
}
