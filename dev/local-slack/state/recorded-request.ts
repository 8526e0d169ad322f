import type { JsonObject } from "../json.ts";

/** A Web API call, a file download or a post to a `response_url` that arrived. */
export interface RecordedRequest {
  /** The Web API method, or `download`, or `response_url`. */
  method: string;
  path: string;
  args: JsonObject;
  authorization?: string;
  /** 0 until the answer is sent. */
  status: number;
  /** Slack's error string of an `ok: false` answer. */
  error?: string;
  atMs: number;
  /** Missing until the answer is sent. */
  durationMs?: number;
}

/** One attempt to deliver an event, an interaction or a command. */
export interface RecordedDelivery {
  url: string;
  atMs: number;
  /** Missing until it is over. */
  durationMs?: number;
  /** 0 if the connection broke or no answer came in time. */
  status?: number;
  /** Slack's name for the failure. */
  reason?: string;
}
