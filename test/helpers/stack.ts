import { createApp, type App } from "../../lib/app.ts";
import { startLocalS3, type LocalS3 } from "../../dev/local-s3/server.ts";
import { startLocalSlack, type LocalSlack } from "../../dev/local-slack/server.ts";
import { environmentOf } from "../../dev/stack.ts";
import { provideRequestContext } from "../../dev/request-context.ts";
import manifest from "../../manifest.json" with { type: "json" };
import { createTestClock, type TestClock } from "./clock.ts";

/** The app between a strict local Slack and a local S3. */
export interface TestStack extends AsyncDisposable {
  app: App;
  slack: LocalSlack;
  s3: LocalS3;
  clock: TestClock;
  env: Record<string, string>;
  /** One more instance of the app: it shares nothing with the first but Slack and S3. */
  createInstance(changed?: Record<string, string>): App;
  /** Sends an event as Slack does, once, and answers with the response to it. */
  send(envelope: unknown, options?: SendOptions): Promise<Response>;
  /** Waits for what was handed to `waitUntil`. */
  drain(): Promise<void>;
  /** Every request that left the process: Web API methods, downloads, then S3's. */
  outgoing(): string[];
}

export interface SendOptions {
  app?: App;
  headers?: Record<string, string>;
}

const context = provideRequestContext();

export async function startTestStack(changed: Record<string, string> = {}): Promise<TestStack> {
  const clock = createTestClock(Date.now());
  const [slack, s3] = await Promise.all([startLocalSlack({ manifest }), startLocalS3()]);
  const env = { ...environmentOf(slack, s3), ...changed };
  const app = createApp(env, clock);
  return {
    app,
    slack,
    s3,
    clock,
    env,
    createInstance: (others = {}) => createApp({ ...env, ...others }, clock),
    send: (envelope, options = {}) => {
      const request = signedRequest(slack, JSON.stringify(envelope), {
        nowMs: clock.nowMs,
        ...options,
      });
      return context.run(() => (options.app ?? app).events(request));
    },
    drain: context.drain,
    outgoing: () => [
      ...slack.requests.map(({ method }) => method),
      ...s3.requests.map(({ method, key }) => `${method} ${key}`),
    ],
    async [Symbol.asyncDispose]() {
      await context.drain();
      await Promise.all([slack.close(), s3.close()]);
    },
  };
}

export function signedRequest(
  slack: LocalSlack,
  rawBody: string,
  { nowMs, headers = {} }: { nowMs: number; headers?: Record<string, string> },
): Request {
  return new Request("https://app.example.com/api/slack/events", {
    method: "POST",
    body: rawBody,
    headers: {
      "content-type": "application/json",
      ...slack.sign(rawBody, Math.floor(nowMs / 1000)),
      ...headers,
    },
  });
}
