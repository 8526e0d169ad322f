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
}
