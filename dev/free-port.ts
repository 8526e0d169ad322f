import { createServer } from "node:net";
import { once } from "node:events";

/** The preferred port of 127.0.0.1 when it is free, else any that is. */
export async function findFreePort(preferred = 0): Promise<number> {
  return (await probe(preferred)) ?? (await findFreePort());
}

async function probe(port: number): Promise<number | undefined> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : undefined;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
