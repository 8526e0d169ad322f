import { once } from "node:events";
import { IncomingMessage, request as send, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { App } from "../../lib/app.ts";
import { serveHttp } from "../helpers/http-server.ts";
import type { TestStack } from "../helpers/stack.ts";

/** An instance with its own wire to Slack and S3, so that it can die while another one lives. */
export interface WiredInstance extends AsyncDisposable {
  app: App;
  /** How many requests left this instance. */
  readonly sent: number;
  /** Returns an event's envelope, with the files at the addresses that this instance can reach. */
  localize(envelope: unknown): unknown;
}

/** The instance dies at request `dieAt`, counted from 0, which is carried out only if `isLastCarriedOut`. */
export async function startWired(
  stack: TestStack,
  { dieAt = Number.POSITIVE_INFINITY, isLastCarriedOut = false } = {},
): Promise<WiredInstance> {
  let sent = 0;
  const slackOrigin = stack.slack.origin;

  function forwardTo(origin: string) {
    return (request: IncomingMessage, response: ServerResponse) => {
      const number = sent;
      sent += 1;
      if (number > dieAt || (number === dieAt && !isLastCarriedOut)) {
        request.socket.destroy();
        return;
      }
      void forward(origin, { request, response, isAnswered: number < dieAt });
    };
  }

  async function forward(origin: string, { request, response, isAnswered }: Forwarded) {
    const incoming = await repeat(origin, request);
    const answer = incoming && (await buffer(incoming));
    if (incoming === undefined || answer === undefined || !isAnswered) {
      request.socket.destroy();
      return;
    }
    const {
      "content-length": _length,
      "transfer-encoding": _encoding,
      ...headers
    } = incoming.headers;
    const isJson = headers["content-type"]?.includes("json") === true;
    const content = isJson
      ? Buffer.from(answer.toString().replaceAll(slackOrigin, nearSlack.origin))
      : answer;
    response.writeHead(incoming.statusCode ?? 500, {
      ...headers,
      "content-length": content.length,
    });
    response.end(content);
  }

  const nearSlack = await serveHttp(forwardTo(slackOrigin));
  const nearS3 = await serveHttp(forwardTo(stack.s3.endpoint));
  return {
    app: stack.createInstance({
      SLACK_API_URL: `${nearSlack.origin}/api/`,
      S3_ENDPOINT: nearS3.origin,
    }),
    get sent() {
      return sent;
    },
    localize: (envelope) =>
      JSON.parse(JSON.stringify(envelope).replaceAll(slackOrigin, nearSlack.origin)),
    async [Symbol.asyncDispose]() {
      await Promise.all([nearSlack[Symbol.asyncDispose](), nearS3[Symbol.asyncDispose]()]);
    },
  };
}

interface Forwarded {
  request: IncomingMessage;
  response: ServerResponse;
  isAnswered: boolean;
}

/** Returns `undefined` if the connection broke. */
async function repeat(
  origin: string,
  request: IncomingMessage,
): Promise<IncomingMessage | undefined> {
  const { hostname, port } = new URL(origin);
  const { method, url: path, headers } = request;
  const outgoing = send({ hostname, port, method, path, headers, agent: false });
  outgoing.end(await buffer(request));
  try {
    const [incoming] = await once(outgoing, "response");
    return incoming instanceof IncomingMessage ? incoming : undefined;
  } catch {
    return undefined;
  }
}
