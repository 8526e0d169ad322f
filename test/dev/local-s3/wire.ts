import { type IncomingMessage, request } from "node:http";
import { buffer } from "node:stream/consumers";
import type { RecordedRequest } from "../../../dev/local-s3/connection.ts";

export interface WireRequest {
  method: string;
  /** Sent unchanged; no client normalises it. */
  target: string;
  headers?: Record<string, string>;
  body?: Buffer;
}

interface WireResponse {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  /** The code of an XML error, or empty. */
  code: string;
}

/** Sends exactly these bytes and headers, without an SDK. Rejects if the connection breaks. */
export function sendWire(endpoint: string, wire: WireRequest): Promise<WireResponse> {
  const { hostname, port } = new URL(endpoint);
  const { method, target: path, headers = {}, body } = wire;
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers, agent: false });
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => void readResponse(incoming).then(resolve, reject));
    outgoing.end(body);
  });
}

async function readResponse(incoming: IncomingMessage): Promise<WireResponse> {
  const body = await buffer(incoming);
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  );
  return {
    status: incoming.statusCode ?? 0,
    headers,
    body,
    code: /<Code>(.*)<\/Code>/.exec(body.toString())?.[1] ?? "",
  };
}

/** Turns a recorded request, with the SDK's signature, into one that a test can change and send again. */
export function toWireRequest(recorded: RecordedRequest, body?: Buffer): WireRequest {
  const { method, bucket, key, query, headers } = recorded;
  const path = `/${[bucket, ...key.split("/")].map(encodeURIComponent).join("/")}`;
  const search = new URLSearchParams(query).toString();
  return {
    method,
    target: search === "" ? path : `${path}?${search}`,
    headers,
    ...(body && { body }),
  };
}
