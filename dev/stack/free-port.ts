import { once } from "node:events";
import { createServer } from "node:net";

/** The usual ports of the local servers. */
export const PORTS = { functions: 3000, slack: 3001, s3: 3002 } as const;

/** Starts a server at its usual port, or at any free one if that is taken. */
export async function startAt<Server>(
  usual: number,
  start: (port: number) => Promise<Server>,
): Promise<Server> {
  try {
    return await start(usual);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
      return start(0);
    }
    throw error;
  }
}

/** Finds a free port of 127.0.0.1, for a server that cannot choose one itself. */
export function findFreePort(usual: number): Promise<number> {
  return startAt(usual, async (port) => {
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    const found = readPort(server.address());
    server.close();
    await once(server, "close");
    return found;
  });
}

export function readPort(address: ReturnType<ReturnType<typeof createServer>["address"]>): number {
  if (address === null || typeof address === "string") {
    throw new TypeError(`Cannot read the port of ${address}`);
  }
  return address.port;
}
