import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";

export interface HttpServer extends AsyncDisposable {
  origin: string;
  /** What arrived, in order. */
  requests: IncomingMessage[];
}

/** A server on loopback whose connections, stalled ones too, end with the test. */
export async function serveHttp(listener: RequestListener): Promise<HttpServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  // Longer than clients keep idle connections: on a busy machine, one that closes first would look like a fault.
  server.keepAliveTimeout = 120_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
