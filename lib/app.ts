import { systemClock, type Clock } from "./clock.ts";
import { ConfigError, parseConfig, type Config } from "./config.ts";
import { serveCommands } from "./endpoints/commands.ts";
import { serveChallenge, serveEvents } from "./endpoints/events.ts";
import { serveHealth } from "./endpoints/health.ts";
import { serveInteractivity } from "./endpoints/interactivity.ts";
import { serveReconcile } from "./endpoints/reconcile.ts";
import { createRoute, type Route } from "./endpoints/route.ts";
import { en } from "./i18n/en.ts";
import { ko } from "./i18n/ko.ts";
import { createBackground } from "./listeners/background.ts";
import { createLogger, describeError, type Logger } from "./logger.ts";
import type { AnswerPorts, Door, Health, WorkPorts } from "./ports.ts";
import { createMarkerStore } from "./records/marker-store.ts";
import { createRecordStore, type StatePlace } from "./records/record-store.ts";
import { TIME_PLAN } from "./time-plan.ts";
import { createBucket, type Bucket, type Credentials } from "./storage/s3.ts";
import { stsRegion } from "./storage/sts-region.ts";

/** What the functions in `api/` serve. */
export interface App {
  events: Route;
  interactivity: Route;
  commands: Route;
  reconcile: Route;
  health(): Response;
}

/** The app of this process, built from its environment when the first request comes. */
export function getApp(): App {
  return (app ??= createApp(process.env));
}

/** The only place that makes ports. A bad environment fails each request, not the start. */
export function createApp(
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock = systemClock,
): App {
  const logger = createLogger(clock);
  const route = (handle: Route) => createRoute(handle, { clock, logger });
  try {
    const { door, loadWork, health } = openDoor(parseConfig(env), { clock, logger });
    const { cronSecret } = door.config;
    const warmUp = once(() => warmUpLater({ clock, logger, loadWork }));
    const open = (serve: (opened: Door, request: Request) => Promise<Response>) => {
      const answer = route((request) => serve(door, request));
      return async (request: Request) => {
        const response = await answer(request);
        void warmUp();
        return response;
      };
    };
    return {
      events: open(serveEvents),
      interactivity: open(serveInteractivity),
      commands: open(serveCommands),
      reconcile: route((request) => serveReconcile({ cronSecret, clock, loadWork }, request)),
      health: () => serveHealth(health),
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    const refuse = () => Promise.reject(error);
    const isSecretSet = (env["SLACK_SIGNING_SECRET"] ?? "").trim() !== "";
    return {
      events: route(
        isSecretSet ? refuse : (request) => serveChallenge({ logger, refuse }, request),
      ),
      interactivity: route(refuse),
      commands: route(refuse),
      reconcile: route(refuse),
      health: () => refuseHealth(logger, error),
    };
  }
}

function refuseHealth(logger: Logger, { message, variables }: ConfigError): Response {
  logger.error("request.rejected", { path: "/api/health", status: 503, error: message });
  return Response.json({ ok: false, variables }, { status: 503 });
}

interface Surroundings {
  clock: Clock;
  logger: Logger;
}

type LoadWork = () => Promise<Omit<WorkPorts, "budget">>;

let app: App | undefined;

/** As many answers as a process can be asked for at once. Uploads have sockets of their own. */
const STATE_SOCKETS = 200;
/** More would not be through sooner, but take the time from answers. */
const UPLOADS_AT_ONCE = 24;
/** Files that are held at once, in sizes of the largest. */
const FILES_IN_FLIGHT = 4;
/** After that long, the answer has left. */
const WARM_UP_DELAY_MS = 20;

const CATALOGUES = { en, ko } as const;

function openDoor(
  config: Config,
  { clock, logger }: Surroundings,
): { door: Door; loadWork: LoadWork; health: Health } {
  const bucket = openBucket(config, {
    bucket: config.s3.stateBucket,
    timeoutMs: TIME_PLAN.recordMs,
    maxSockets: STATE_SOCKETS,
    clock,
    logger,
  });
  const state = { bucket, prefix: config.statePrefix, clock };
  const ports = {
    config,
    messages: CATALOGUES[config.locale],
    records: createRecordStore(state),
    markers: createMarkerStore(state),
    clock,
    logger,
  };
  const health: Health = { alarms: new Set(), safeAtMs: undefined };
  const loadWork = once(() => openWork(ports, { state, health }));
  return {
    door: { ...ports, ...createBackground({ waitUntil: keepAlive, loadWork, clock, logger }) },
    loadWork,
    health,
  };
}

/** All that only work behind an answer needs is loaded with the first of it, when that answer has left. */
async function openWork(
  ports: AnswerPorts,
  shared: { state: StatePlace; health: Health },
): Promise<Omit<WorkPorts, "budget">> {
  const { config, clock, logger } = ports;
  await clock.sleep(0);
  const [
    { createAttempt },
    { createImageCodec },
    { createCoalesce },
    { createFileDownload },
    { createRespond },
    { createWebClient },
    { createTurns },
    { createGiveWay },
    { createImageMaker },
  ] = await Promise.all([
    import("./images/codecs/attempt-step.ts"),
    import("./images/codecs/image-codec.ts"),
    import("./replies/coalesce.ts"),
    import("./slack/file-download.ts"),
    import("./slack/response-url.ts"),
    import("./slack/web-client.ts"),
    import("./turns.ts"),
    import("./give-way.ts"),
    import("./images/image-maker.ts"),
  ]);
  const { botToken, apiUrl, extraFileOrigins: extraOrigins } = config.slack;
  const { maxImageBytes: maxBytes } = config;
  const slack = createWebClient({ botToken, apiUrl, clock });
  const timeoutMs = TIME_PLAN.downloadMs;
  const downloadFile = createFileDownload({ botToken, extraOrigins, maxBytes, timeoutMs, clock });
  const giveWay = createGiveWay();
  return {
    ...ports,
    ...shared,
    slack,
    respond: createRespond({ extraOrigins, clock }),
    downloadFile,
    images: openBucket(config, { bucket: config.s3.bucket, clock, logger }),
    imageMaker: createImageMaker({
      codec: createImageCodec(),
      attempt: createAttempt({ clock, logger }),
      wanted: config.imageOptions,
      giveWay,
      logger,
    }),
    giveWay,
    uploads: createTurns(UPLOADS_AT_ONCE),
    bytesInFlight: createTurns(FILES_IN_FLIGHT * maxBytes),
    publishing: createCoalesce(),
  };
}

/**
 * Loads both SDKs behind the first answer of an instance, whatever it was, so that the first image does not wait for
 * them.
 */
async function warmUpLater({
  clock,
  logger,
  loadWork,
}: Surroundings & { loadWork: LoadWork }): Promise<void> {
  await clock.sleep(WARM_UP_DELAY_MS);
  const load = async () => {
    try {
      // A modal has to open within 3 s: what is under way is not to share its time with an import.
      await Promise.allSettled(underWay);
      await Promise.all([
        loadWork(),
        import("@aws-sdk/client-s3"),
        import("@slack/web-api"),
        import("./uploads/keep-promise.ts"),
      ]);
    } catch (error) {
      logger.warn("instance.cold", { error: describeError(error) });
    }
  };
  await waitUntil(load());
}

function openBucket(
  { s3 }: Config,
  {
    logger,
    ...options
  }: Pick<Parameters<typeof createBucket>[0], "bucket" | "timeoutMs" | "maxSockets" | "clock"> & {
    logger: Logger;
  },
): Bucket {
  const { region, endpoint } = s3;
  return createBucket({
    ...options,
    region,
    endpoint,
    credentials: toCredentials(s3),
    onOtherRegion(actual) {
      const advice = `set S3_REGION to ${actual}: until then, every new instance asks the wrong region first`;
      logger.warn("store.region", { bucket: options.bucket, region: actual, advice });
    },
  });
}

function toCredentials({
  credentials,
  region: bucketRegion,
}: Config["s3"]): Credentials | (() => Promise<Credentials>) {
  if (credentials.kind === "static") {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  }
  return async () => {
    const { awsCredentialsProvider } = await import("@vercel/oidc-aws-credentials-provider");
    const { roleArn } = credentials;
    const clientConfig = { region: stsRegion(bucketRegion, roleArn) };
    return awsCredentialsProvider({ roleArn, clientConfig })();
  };
}

/** Work behind the answers of this process. */
const underWay = new Set<Promise<void>>();

function keepAlive(work: Promise<void>): Promise<void> {
  underWay.add(work);
  void work.finally(() => underWay.delete(work));
  return waitUntil(work);
}

/** Vercel keeps the function alive for it. */
async function waitUntil(work: Promise<void>): Promise<void> {
  const vercel = await import("@vercel/functions");
  vercel.waitUntil(work);
}

function once<Value>(build: () => Promise<Value>): () => Promise<Value> {
  let built: Promise<Value> | undefined;
  return () => (built ??= build());
}
