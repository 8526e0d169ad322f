import type { Clock } from "../clock.ts";
import { type Config, toConfig } from "../config.ts";
import type { Environment } from "../environment.ts";
import { createLogger } from "../logger.ts";
import type { StatePlace } from "../records/record-store.ts";
import { createSettingsFor, type SettingsFor } from "../settings.ts";
import { type ApiCall, createApiCall } from "../slack/api-call.ts";
import { createWebClient, type SlackClient } from "../slack/web-client.ts";
import { type Cdn, openCdn } from "../storage/cloudfront.ts";
import { openBucket } from "../storage/open-bucket.ts";
import type { Bucket } from "../storage/s3.ts";
import { connectSdk } from "../storage/sdk-connection.ts";
import { connectSigned } from "../storage/signed-connection.ts";
import { TIME_PLAN } from "../time-plan.ts";

/** The parts of the world that the doctor looks at, as the app reaches them. */
export interface DoctorPorts {
  config: Config;
  settingsFor: SettingsFor;
  clock: Clock;
  /** Makes any call. */
  call: ApiCall;
  slack: SlackClient;
  images: Bucket;
  cdn: Cdn | undefined;
  state: StatePlace;
  /** The same bucket as the app's answers reach it: they sign their requests themselves. */
  answers: Bucket;
  /** Facts that the store revealed besides its answers. */
  seen: SeenOfStore;
  /** The doctor runs in the deployment, or else on somebody's machine. */
  isDeployed: boolean;
}

export interface SeenOfStore {
  /** The region of each bucket that is not in `S3_REGION`. */
  otherRegions: Set<string>;
  /** The store's time less ours, in ms. */
  skewMs: number | undefined;
}

export function createDoctorPorts(
  environment: Environment,
  { clock, isDeployed }: Pick<DoctorPorts, "clock" | "isDeployed">,
): DoctorPorts {
  const config = toConfig(environment);
  const { s3, statePrefix: prefix } = config;
  const { botToken, apiUrl } = config.slack;
  const seen: SeenOfStore = { otherRegions: new Set(), skewMs: undefined };
  const open = (bucket: string, connect = connectSdk) =>
    openBucket(s3, {
      bucket,
      connect,
      clock,
      logger: createLogger(clock),
      timeoutMs: TIME_PLAN.recordMs,
      onOtherRegion: (region) => void seen.otherRegions.add(region),
      onDate: (serverMs) => (seen.skewMs = serverMs - clock.now()),
    });
  return {
    config,
    settingsFor: createSettingsFor(environment),
    clock,
    call: createApiCall({ botToken, apiUrl, clock }),
    slack: createWebClient({ botToken, apiUrl, clock }),
    images: open(s3.bucket),
    cdn: openCdn(config, clock),
    state: { bucket: open(s3.stateBucket), prefix, clock },
    answers: open(s3.stateBucket, connectSigned),
    seen,
    isDeployed,
  };
}
