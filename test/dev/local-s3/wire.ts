import { type IncomingMessage, request } from "node:http";
import { buffer } from "node:stream/consumers";
import type { RecordedRequest } from "../../../dev/local-s3/connection.ts";

export interface WireRequest {
  method: string;
  /** Sent as it is: no client normalises it. */
  target: string;
  headers?: Record<string, string>;
  body?: Buffer;
}

interface WireResponse {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  /** Of an XML error; empty when there is none. */
  code: string;
}

/** Sends exactly these bytes and headers, without the help of an SDK. Rejects when the connection breaks. */
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

/** The request as it was received, to be sent again: the SDK's own signature, on what a test made of it. */
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
