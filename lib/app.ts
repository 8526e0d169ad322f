import { systemClock, type Clock } from "./clock.ts";
import { ConfigError, parseConfig, type Config } from "./config.ts";
import { createEventsEndpoint } from "./endpoints/events.ts";
import { createRoute, type Route } from "./endpoints/route.ts";
import { en } from "./i18n/en.ts";
import { ko } from "./i18n/ko.ts";
import { createMessageListener } from "./listeners/message.ts";
import { createLogger, type Logger } from "./logger.ts";
import { readSlackRequest } from "./slack/request.ts";
import { createBucket, type Bucket, type Credentials } from "./storage/s3.ts";
import { publicUrl } from "./storage/object-key.ts";
import { renderTag } from "./tag/render-tag.ts";
import { type Claim, createClaimUpload } from "./uploads/claim-upload.ts";
import { createRecordStore, type RecordStore } from "./uploads/record-store.ts";
import type { UploadedImage } from "./uploads/record.ts";

/** What the functions in `api/` serve. */
export interface App {
  events: Route;
  health(): Response;
}

/** The app of this process, built from its environment when the first request comes. */
export function getApp(): App {
  return (app ??= createApp(process.env));
}

/** The only place that builds anything. A bad environment fails each request, not the start. */
export function createApp(
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock = systemClock,
): App {
  const logger = createLogger(clock);
  const context = { clock, logger };
  try {
    const config = parseConfig(env);
    return {
      events: createRoute(buildEvents(config, context), context),
      health: () => Response.json({ ok: true }),
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    return {
      events: createRoute(() => Promise.reject(error), context),
      health: () => Response.json({ ok: false }, { status: 503 }),
    };
  }
}

interface Context {
  clock: Clock;
  logger: Logger;
}

let app: App | undefined;

const DOWNLOAD_TIMEOUT_MS = 30_000;

const CATALOGUES = { en, ko } as const;

function buildEvents(config: Config, { clock, logger }: Context): Route {
  const state = openBucket(config, { bucket: config.s3.stateBucket, clock });
  const records = createRecordStore(state);
  const upload = once(() => buildUpload(config, { records, clock, logger }));
  return createEventsEndpoint({
    logger,
    readRequest: (request) =>
      readSlackRequest(request, {
        signingSecrets: config.slack.signingSecrets,
        nowMs: clock.now(),
      }),
    onMessage: createMessageListener({
      config,
      clock,
      logger,
      runInBackground,
      claimUpload: createClaimUpload({ records, statePrefix: config.statePrefix, clock, logger }),
      uploadImages: async (claim: Claim) => (await upload())(claim),
    }),
  });
}

/** All that only an upload needs is loaded with the first one, behind the ack. */
async function buildUpload(
  config: Config,
  { records, clock, logger }: Context & { records: RecordStore },
) {
  const [
    { createFileDownload },
    { createWebClient },
    { createReplyPublisher },
    { createResolveFile },
    { createStoreImage },
    { createUploadImages },
  ] = await Promise.all([
    import("./slack/file-download.ts"),
    import("./slack/web-client.ts"),
    import("./uploads/publish-reply.ts"),
    import("./uploads/resolve-file.ts"),
    import("./uploads/store-image.ts"),
    import("./uploads/upload-images.ts"),
  ]);
  const { botToken, apiUrl, extraFileOrigins } = config.slack;
  const slack = createWebClient({ botToken, apiUrl, clock });
  return createUploadImages({
    records,
    clock,
    logger,
    resolveFile: createResolveFile(slack, logger),
    storeImage: createStoreImage({
      bucket: openBucket(config, { bucket: config.s3.bucket, clock }),
      downloadFile: createFileDownload({
        botToken,
        extraOrigins: extraFileOrigins,
        maxBytes: config.maxImageBytes,
        timeoutMs: DOWNLOAD_TIMEOUT_MS,
        clock,
      }),
      imagePrefix: config.imagePrefix,
      logger,
    }),
    reply: createReplyPublisher({
      slack,
      logger,
      reply: {
        messages: CATALOGUES[config.locale],
        maxImageBytes: config.maxImageBytes,
        renderTags: (image) => renderTags(image, config),
      },
    }),
  });
}

function renderTags(image: UploadedImage, { publicBaseUrl, tags }: Config): string[] {
  const { alt, link, width, height, name: filename, key } = image;
  const url = publicUrl(publicBaseUrl, key);
  const facts = { url, alt, link, width, height, filename, key };
  return tags.formats.map((format) => renderTag(format, facts, tags));
}

function openBucket({ s3 }: Config, { bucket, clock }: { bucket: string; clock: Clock }): Bucket {
  const { region, endpoint } = s3;
  return createBucket({
    bucket,
    region,
    endpoint,
    credentials: toCredentials(s3.credentials),
    clock,
  });
}

function toCredentials(
  credentials: Config["s3"]["credentials"],
): Credentials | (() => Promise<Credentials>) {
  if (credentials.kind === "static") {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  }
  return async () => {
    const { awsCredentialsProvider } = await import("@vercel/oidc-aws-credentials-provider");
    return awsCredentialsProvider({ roleArn: credentials.roleArn })();
  };
}

/** Vercel keeps the function alive for it. */
async function runInBackground(work: Promise<void>): Promise<void> {
  const { waitUntil } = await import("@vercel/functions");
  waitUntil(work);
}

function once<Value>(build: () => Promise<Value>): () => Promise<Value> {
  let built: Promise<Value> | undefined;
  return () => (built ??= build());
}
