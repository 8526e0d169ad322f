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
import type { Cdn } from "./storage/cloudfront.ts";
import type { Bucket } from "./storage/s3.ts";
import type { Budget } from "./time-plan.ts";
import type { Turns } from "./turns.ts";

/** The ports of every request, also of those that are not for us. */
export interface SharedPorts {
  config: Config;
  clock: Clock;
  logger: Logger;
}

/** The parts of the world that an answer may use. Each takes milliseconds. */
export interface AnswerPorts extends SharedPorts {
  settingsFor: SettingsFor;
  records: RecordStore;
  markers: MarkerStore;
}

/** Something that a sweep found wrong with the deployment and `/api/health` reports. */
export type Alarm = "store_unsafe" | "state_public";

/** The state of the deployment, as far as this process knows it. */
export interface Health {
  alarms: Set<Alarm>;
  /** When the store was last seen to honour conditions, in epoch ms. */
  safeAtMs: number | undefined;
}

/** The ports of a listener. It answers, and hands all further work to `accept` or `inBackground`. */
export interface Door extends AnswerPorts {
  accept: Accept;
  inBackground: InBackground;
}

/** The parts of the world that background work may use. Only `accept` and `inBackground` hand them out. */
export interface WorkPorts extends AnswerPorts, ImagePorts {
  slack: SlackClient;
  respond: Respond;
  downloadFile: DownloadFile;
  images: Bucket;
  /** `undefined`: no CDN is configured. */
  cdn: Cdn | undefined;
  state: StatePlace;
  /** Limits how many uploads run at once in this process. */
  uploads: Turns;
  /** Limits how many bytes of files this process holds, over all messages. */
  bytesInFlight: Turns;
  /** Lets one caller at a time show a record, in this process. */
  showing: Coalesce<StoredRecord>;
  health: Health;
  /** The time that is left to this invocation. */
  budget: Budget;
}
