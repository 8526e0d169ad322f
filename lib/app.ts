import packageJson from "../package.json" with { type: "json" };
import { systemClock, type Clock } from "./clock.ts";
import { ConfigError, parseConfig, type Config } from "./config.ts";
import { createCommandsEndpoint } from "./endpoints/commands.ts";
import { createEventsEndpoint } from "./endpoints/events.ts";
import { createInteractivityEndpoint } from "./endpoints/interactivity.ts";
import { createReconcileEndpoint } from "./endpoints/reconcile.ts";
import { createRoute, type Route } from "./endpoints/route.ts";
import { en } from "./i18n/en.ts";
import { ko } from "./i18n/ko.ts";
import { createBackground } from "./listeners/background.ts";
import type { ListenerContext, Services } from "./listeners/context.ts";
import { createDeleteImageListener } from "./listeners/delete-image.ts";
import { createEditTagsListener } from "./listeners/edit-tags.ts";
import { createImageTagsListener } from "./listeners/image-tags.ts";
import { createMessageShortcutListener } from "./listeners/message-shortcut.ts";
import { createMessageListener, matchImageMessage } from "./listeners/message.ts";
import { createRetryUploadListener } from "./listeners/retry-upload.ts";
import { createSlashCommandListener } from "./listeners/slash-command.ts";
import { createStrangerListener } from "./listeners/stranger.ts";
import { createUploadFilesListener } from "./listeners/upload-files.ts";
import { createLogger, type Logger } from "./logger.ts";
import { isSslCheck } from "./slack/command-payload.ts";
import { readSlackRequest } from "./slack/request.ts";
import { createBucket, type Bucket, type Credentials } from "./storage/s3.ts";
import { publicUrl } from "./storage/object-key.ts";
import { renderTag } from "./tag/render-tag.ts";
import { tagSize } from "./tag/tag-size.ts";
import { createUploadClaims } from "./uploads/claim-upload.ts";
import type { Reconcile } from "./uploads/reconcile.ts";
import { createRecordStore, type RecordStore } from "./uploads/record-store.ts";
import type { UploadedImage } from "./uploads/record.ts";

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

/** The only place that builds anything. A bad environment fails each request, not the start. */
export function createApp(
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock = systemClock,
): App {
  const logger = createLogger(clock);
  const route = (handle: Route) => createRoute(handle, { clock, logger });
  try {
    const endpoints = buildEndpoints(parseConfig(env), { clock, logger });
    return {
      events: route(endpoints.events),
      interactivity: route(endpoints.interactivity),
      commands: route(endpoints.commands),
      reconcile: route(endpoints.reconcile),
      health: () => Response.json({ ok: true }),
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    const refuse = route(() => Promise.reject(error));
    return {
      events: refuse,
      interactivity: refuse,
      commands: refuse,
      reconcile: refuse,
      health: () => Response.json({ ok: false }, { status: 503 }),
    };
  }
}

interface Surroundings {
  clock: Clock;
  logger: Logger;
}

let app: App | undefined;

const DOWNLOAD_TIMEOUT_MS = 30_000;

const CATALOGUES = { en, ko } as const;

function buildEndpoints(config: Config, { clock, logger }: Surroundings) {
  const { bucket, stateBucket } = config.s3;
  const state = openBucket(config, { bucket: stateBucket, clock });
  const images = stateBucket === bucket ? state : openBucket(config, { bucket, clock });
  const records = createRecordStore(state, clock);
  const { accept, inBackground } = createBackground({ waitUntil, clock, logger });
  const context: ListenerContext = {
    config,
    messages: CATALOGUES[config.locale],
    records,
    claims: createUploadClaims({ records, statePrefix: config.statePrefix, clock, logger }),
    accept,
    inBackground,
    services: once(() => buildServices(config, { records, images, clock, logger })),
    clock,
    logger,
  };
  const { signingSecrets } = config.slack;
  const readRequest = (request: Request) =>
    readSlackRequest(request, { signingSecrets, nowMs: clock.now() });
  return {
    events: createEventsEndpoint({
      readRequest,
      onMessage: createMessageListener(context),
      logger,
    }),
    interactivity: createInteractivityEndpoint({
      readRequest,
      onMessageShortcut: createMessageShortcutListener(context),
      allowsStrangers: config.allowExternalUsers,
      onStranger: createStrangerListener(context),
      onEditTags: createEditTagsListener(context),
      onDeleteImage: createDeleteImageListener(context),
      onRetryUpload: createRetryUploadListener(context),
      onImageTags: createImageTagsListener(context),
      onUploadFiles: createUploadFilesListener(context),
      inBackground,
      logger,
    }),
    commands: createCommandsEndpoint({
      readRequest: (request) =>
        readSlackRequest(request, { signingSecrets, nowMs: clock.now(), isUnsigned: isSslCheck }),
      onSlashCommand: createSlashCommandListener(context, packageJson.version),
    }),
    reconcile: createReconcileEndpoint({
      cronSecret: config.cronSecret,
      reconcile: once(() => buildReconcile(context, state)),
    }),
  };
}

/** All that only work behind an answer needs is loaded with the first of it. */
async function buildServices(
  config: Config,
  { records, images, clock, logger }: Surroundings & { records: RecordStore; images: Bucket },
): Promise<Services> {
  const [
    { createImageCodec },
    { createModals },
    { createFileDownload },
    { createWebClient },
    { createDeleteImage },
    { createPictureMaker },
    { createReplyPublisher },
    { createResolveFile },
    { createStoreImage },
    { createUploadImages },
  ] = await Promise.all([
    import("./codecs/image-codec.ts"),
    import("./listeners/modals.ts"),
    import("./slack/file-download.ts"),
    import("./slack/web-client.ts"),
    import("./uploads/delete-image.ts"),
    import("./uploads/make-picture.ts"),
    import("./uploads/publish-reply.ts"),
    import("./uploads/resolve-file.ts"),
    import("./uploads/store-image.ts"),
    import("./uploads/upload-images.ts"),
  ]);
  const { botToken, apiUrl, extraFileOrigins } = config.slack;
  const { maxImageBytes, imagePrefix, pictures, adminUserIds, locale } = config;
  const slack = createWebClient({ botToken, apiUrl, clock });
  const rendering = {
    messages: CATALOGUES[locale],
    maxImageBytes,
    renderTags: (image: UploadedImage) => renderTags(image, config),
  };
  const reply = createReplyPublisher({ slack, reply: rendering, logger });
  const downloadFile = createFileDownload({
    botToken,
    extraOrigins: extraFileOrigins,
    maxBytes: maxImageBytes,
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
    clock,
  });
  return {
    slack,
    reply,
    modals: createModals({ slack, reply: rendering, clock, logger }),
    deleteImage: createDeleteImage({
      records,
      images,
      imagePrefix,
      reply,
      adminUserIds,
      clock,
      logger,
    }),
    uploadImages: createUploadImages({
      records,
      resolveFile: createResolveFile(slack, logger),
      storeImage: createStoreImage({
        downloadFile,
        pictures: createPictureMaker({
          codec: createImageCodec(),
          slack,
          downloadFile,
          wanted: pictures,
          clock,
          logger,
        }),
        bucket: images,
        imagePrefix,
        logger,
      }),
      reply,
      clock,
      logger,
    }),
  };
}

async function buildReconcile(context: ListenerContext, state: Bucket): Promise<Reconcile> {
  const { config, claims, clock, logger } = context;
  const [{ createReconcile }, { createSweepStateStore }, { slack, uploadImages }] =
    await Promise.all([
      import("./uploads/reconcile.ts"),
      import("./uploads/sweep-state.ts"),
      context.services(),
    ]);
  const { statePrefix, channelIds, autoUpload } = config;
  return createReconcile({
    slack,
    state,
    statePrefix,
    sweeps: createSweepStateStore(state, statePrefix),
    claims,
    uploadImages,
    matchMessage: (message) => matchImageMessage(message, config),
    channelIds,
    findsMessages: autoUpload,
    clock,
    logger,
  });
}

function renderTags(image: UploadedImage, { publicBaseUrl, tags }: Config): string[] {
  const { alt, link, name: filename, key, variants = [] } = image;
  const facts = {
    url: publicUrl(publicBaseUrl, key),
    variants: variants.map((variant) => ({
      url: publicUrl(publicBaseUrl, variant.key),
      width: variant.width,
    })),
    alt,
    link,
    ...tagSize(image),
    filename,
    key,
  };
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
async function waitUntil(work: Promise<void>): Promise<void> {
  const vercel = await import("@vercel/functions");
  vercel.waitUntil(work);
}

function once<Value>(build: () => Promise<Value>): () => Promise<Value> {
  let built: Promise<Value> | undefined;
  return () => (built ??= build());
}
