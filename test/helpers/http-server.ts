import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";

export interface HttpServer extends AsyncDisposable {
  origin: string;
  /** The requests that arrived, in order. */
  requests: IncomingMessage[];
}

/** Starts a server on loopback whose connections, even stalled ones, end with the test. */
export async function serveHttp(listener: RequestListener): Promise<HttpServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  // Longer than clients keep idle connections. On a busy machine, a server that closes first would look like a fault.
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
