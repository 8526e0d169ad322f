import { getRequestListener } from "@hono/node-server";
import { createApp, type App } from "../../lib/app.ts";
import type { SettingsFor } from "../../lib/settings.ts";
import { startLocalS3, type LocalS3, type LocalS3Options } from "../../dev/local-s3/server.ts";
import { startLocalSlack, type LocalSlack } from "../../dev/local-slack/server.ts";
import { environmentOf } from "../../dev/stack/stack.ts";
import { provideRequestContext } from "../../dev/stack/request-context.ts";
import manifest from "../../manifest.json" with { type: "json" };
import { startCloudFront, type TestCloudFront } from "./cloudfront.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import { type HttpServer, serveHttp } from "./http-server.ts";

/** The app between a strict local Slack, a local S3 and, on demand, a CloudFront. */
export interface TestStack extends AsyncDisposable {
  app: App;
  slack: LocalSlack;
  s3: LocalS3;
  /** Present with the option `hasCdn`. */
  cdn: TestCloudFront | undefined;
  clock: TestClock;
  env: Record<string, string>;
  /** Creates another instance of the app, which shares only Slack and S3 with the first. */
  createInstance(changed?: Record<string, string>): App;
  /** Lets these instances answer at the Request URLs in turn, instead of the first one alone. */
  serveFrom(...instances: Served[]): void;
  /** Posts a signed form to a Request URL, and returns the response. */
  sendForm(path: FormPath, form: Record<string, string>): Promise<Response>;
  /** Sends an event once, as Slack does, and returns the response. */
  send(envelope: unknown, options?: SendOptions): Promise<Response>;
  /** Waits for the work that was handed to `waitUntil`. */
  drain(): Promise<void>;
  /** Returns every request that left the process: Web API methods, downloads, then S3's and CloudFront's. */
  outgoing(): string[];
}

interface SendOptions {
  app?: Pick<App, "events">;
  headers?: Record<string, string>;
}

type FormPath = "interactivity" | "commands";
type Served = Pick<App, "events" | FormPath>;

const context = provideRequestContext();

export interface StackOptions {
  /** S3's clock. */
  s3Now?: () => number;
  /** The store; `changed` changes what the app is told about it. */
  s3?: Omit<LocalS3Options, "now">;
  /** Replaces the environment's settings in every conversation. */
  settingsFor?: SettingsFor;
  /** The store is behind a CDN, which the app may invalidate. One such stack at a time. */
  hasCdn?: boolean;
  /** Scopes besides those in the manifest. */
  scopes?: readonly string[];
  /** Scopes of the manifest that nobody granted. */
  missingScopes?: readonly string[];
}

export async function startTestStack(
  changed: Record<string, string> = {},
  surroundings: StackOptions = {},
): Promise<TestStack> {
  const clock = createTestClock(Date.now());
  const now = () => clock.nowMs;
  const [slack, s3] = await Promise.all([
    startLocalSlack({
      manifest: withScopes(surroundings),
      now,
      ackTimeoutMs: ACK_TIMEOUT_MS,
    }),
    startLocalS3({
      ...surroundings.s3,
      ...(surroundings.s3Now !== undefined && { now: surroundings.s3Now }),
    }),
  ]);
  const cdn =
    surroundings.hasCdn === true
      ? await startCloudFront(s3, surroundings.s3?.sessionToken)
      : undefined;
  const env = { ...environmentOf(slack, s3), ...cdn?.env, ...changed };
  const { settingsFor } = surroundings;
  const shared = { clock, ...(settingsFor !== undefined && { settingsFor }) };
  const app = createApp(env, shared);
  let instances: readonly Served[] = [app];
  const frontDoor = await openFrontDoor(slack, () => {
    const [instance = app, ...others] = instances;
    instances = [...others, instance];
    return instance;
  });
  return {
    app,
    slack,
    s3,
    cdn,
    clock,
    env,
    createInstance: (others = {}) => createApp({ ...env, ...others }, shared),
    send: (envelope, options = {}) => {
      const request = signedRequest(slack, JSON.stringify(envelope), {
        nowMs: clock.nowMs,
        ...options,
      });
      return context.run(() => (options.app ?? app).events(request));
    },
    serveFrom(...served) {
      instances = served;
    },
    sendForm: (path, form) => {
      const body = new URLSearchParams(form).toString();
      return fetch(
        signedRequest(slack, body, { nowMs: clock.nowMs, url: slack.requestUrls?.[path] }),
      );
    },
    drain: context.drain,
    outgoing: () => [
      ...slack.requests.map(({ method }) => method),
      ...s3.requests.map(({ method, key }) => `${method} ${key}`),
      ...(cdn?.requests ?? []).map(() => "invalidation"),
    ],
    async [Symbol.asyncDispose]() {
      await context.drain();
      await Promise.all([
        slack.close(),
        s3.close(),
        cdn?.[Symbol.asyncDispose](),
        frontDoor[Symbol.asyncDispose](),
      ]);
    },
  };
}

/** A busy machine needs more real time than Slack would give. */
const ACK_TIMEOUT_MS = 600_000;

function withScopes({ scopes = [], missingScopes = [] }: StackOptions) {
  const { oauth_config: oauth, ...others } = manifest;
  const bot = [...oauth.scopes.bot, ...scopes].filter((scope) => !missingScopes.includes(scope));
  return { ...others, oauth_config: { scopes: { bot } } };
}

export function signedRequest(
  slack: LocalSlack,
  rawBody: string,
  { nowMs, headers = {}, url = "https://app.example.com/api/slack/events" }: SigningOptions,
): Request {
  return new Request(url, {
    method: "POST",
    body: rawBody,
    headers: {
      "content-type": "application/json",
      ...slack.sign(rawBody, Math.floor(nowMs / 1000)),
      ...headers,
    },
  });
}

/** Headers of requests that Slack did not sign. */
export const UNSIGNED = [
  ["no signature", { "x-slack-signature": "" }],
  ["a wrong signature", { "x-slack-signature": `v0=${"0".repeat(64)}` }],
  ["no timestamp", { "x-slack-request-timestamp": "" }],
] as const;

interface SigningOptions {
  nowMs: number;
  headers?: Record<string, string>;
  url?: string | undefined;
}

/** Serves the Request URLs on loopback, where the local Slack delivers interactions. */
async function openFrontDoor(slack: LocalSlack, next: () => Served): Promise<HttpServer> {
  const respond = (request: Request): Promise<Response> => {
    const endpoint = new URL(request.url).pathname.replace(/^.*\//u, "");
    const instance = next();
    switch (endpoint) {
      case "interactivity":
      case "commands":
      case "events":
        return context.run(() => instance[endpoint](request));
      default:
        throw new RangeError(`Cannot serve ${endpoint}`);
    }
  };
  const listener = getRequestListener(respond, { overrideGlobalObjects: false });
  const server = await serveHttp((request, response) => void listener(request, response));
  slack.requestUrls = {
    events: `${server.origin}/events`,
    interactivity: `${server.origin}/interactivity`,
    commands: `${server.origin}/commands`,
  };
  return server;
}
