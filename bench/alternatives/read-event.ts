import { createHmac, timingSafeEqual } from "node:crypto";

/** The parts of an event that a bare handler looks at. */
export interface BareEvent {
  type: string;
  challenge?: string;
  team_id: string;
  event?: {
    channel: string;
    ts: string;
    files?: { url_private_download: string }[];
  };
}

/** Reads, verifies and parses, and checks nothing else. `undefined`: Slack did not sign it. */
export async function readEvent(request: Request): Promise<BareEvent | undefined> {
  const body = Buffer.from(await request.arrayBuffer());
  const timestamp = request.headers.get("x-slack-request-timestamp") ?? "";
  const given = Buffer.from(request.headers.get("x-slack-signature") ?? "");
  const digest = createHmac("sha256", process.env["SLACK_SIGNING_SECRET"] ?? "")
    .update(`v0:${timestamp}:`)
    .update(body)
    .digest("hex");
  const expected = Buffer.from(`v0=${digest}`);
  const isFresh = Math.abs(Date.now() / 1000 - Number(timestamp)) <= MAX_SKEW_SECONDS;
  if (!isFresh || given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return undefined;
  }
  return JSON.parse(body.toString("utf8"));
}

const MAX_SKEW_SECONDS = 300;
