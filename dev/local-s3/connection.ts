import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type FaultKind, type Faults, throwRefusal } from "./faults.ts";
import {
  parseRequestHead,
  readBody,
  type S3Request,
  type S3RequestHead,
  verifyBodyLength,
} from "./request.ts";
import { errorResponse, type S3Response } from "./response.ts";
import { S3Error } from "./s3-error.ts";

export interface RecordedRequest {
  method: string;
  bucket: string;
  key: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  /** 0 until the answer is sent. It stays 0 if the connection was dropped. */
  status: number;
  /** S3's code of a refusal. */
  error?: string;
  atMs: number;
  /** Missing as long as there is no answer. */
  durationMs?: number;
}

interface ConnectionOptions {
  faults: Faults;
  /** In the order of arrival. Requests with an invalid path are missing. */
  requests: RecordedRequest[];
  execute: (request: S3Request) => S3Response;
  now: () => number;
  /** Called when a request comes, and once more when it is over. */
  onTraffic: (request: RecordedRequest) => void;
}

/** Reads, executes and answers one request, unless a fault decides otherwise. */
export async function serveConnection(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  options: ConnectionOptions,
): Promise<void> {
  const requestId = randomBytes(8).toString("hex").toUpperCase();
  let record: RecordedRequest | undefined;
  let fault: FaultKind | undefined;
  let response: S3Response;
  try {
    const head = parseRequestHead(incoming);
    record = recordRequest(head, { outgoing, options });
    fault = options.faults.strike(head);
    if (isFatalOnArrival(fault, head)) {
      await dropOnArrival(fault, incoming);
      return;
    }
    verifyBodyLength(head);
    const body = await readBody(incoming);
    if (fault === "stall") {
      return;
    }
    throwRefusal(fault);
    response = options.execute({ ...head, body });
  } catch (error) {
    response = errorResponse(error, incoming.url ?? "", requestId);
    if (record !== undefined) {
      record.error = error instanceof S3Error ? error.code : "InternalError";
    }
  }
  if (outgoing.destroyed) {
    return;
  }
  if (fault === "executed_then_reset") {
    incoming.socket.resetAndDestroy();
  } else if (fault === "reset_mid_body") {
    sendHalf(outgoing, response);
  } else {
    if (record !== undefined) {
      record.status = response.status;
    }
    // Clients correct a wrong clock with this header.
    outgoing.setHeader("date", new Date(options.now()).toUTCString());
    send(outgoing, response, requestId);
  }
}

function recordRequest(
  { method, bucket, key, query, headers }: S3RequestHead,
  { outgoing, options }: { outgoing: ServerResponse; options: ConnectionOptions },
): RecordedRequest {
  const startedMs = performance.now();
  const record: RecordedRequest = {
    method,
    bucket,
    key,
    query: Object.fromEntries(query),
    headers: Object.fromEntries(headers),
    status: 0,
    atMs: options.now(),
  };
  options.requests.push(record);
  options.onTraffic(record);
  // Also when the connection breaks.
  outgoing.once("close", () => {
    record.durationMs = performance.now() - startedMs;
    options.onTraffic(record);
  });
  return record;
}

/** `reset_mid_body` breaks off the answer to a GET, and the request itself of everything else. */
function isFatalOnArrival(fault: FaultKind | undefined, { method }: S3RequestHead): boolean {
  return fault === "reset" || (fault === "reset_mid_body" && method !== "GET");
}

async function dropOnArrival(
  fault: FaultKind | undefined,
  incoming: IncomingMessage,
): Promise<void> {
  if (fault === "reset_mid_body") {
    await Promise.race([once(incoming, "data"), once(incoming, "end")]);
  }
  incoming.socket.resetAndDestroy();
}

function send(
  outgoing: ServerResponse,
  { status, headers, body }: S3Response,
  requestId: string,
): void {
  const hasNoBody = status === 204 || status === 304;
  const length = hasNoBody ? {} : { "content-length": String(body?.length ?? 0) };
  outgoing.writeHead(status, {
    server: "local-s3",
    "x-amz-request-id": requestId,
    ...length,
    ...headers,
  });
  outgoing.end(body);
}

/** A reset would lose the first half, so this destroys the socket. */
function sendHalf(
  outgoing: ServerResponse,
  { status, headers, body = Buffer.alloc(0) }: S3Response,
): void {
  outgoing.writeHead(status, { "content-length": String(body.length), ...headers });
  outgoing.write(body.subarray(0, body.length / 2), () => outgoing.destroy());
}
