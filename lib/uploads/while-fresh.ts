import type { WorkPorts } from "../ports.ts";
import { retry } from "../retry.ts";
import { SlackApiError } from "../slack/api-call.ts";
import { DownloadError } from "../slack/file-download.ts";

/**
 * A new file is not always ready when its event arrives: Slack sends its login page, has no
 * address, or does not know the file (42wim/matterbridge#655, paradigmxyz/centaur#1700). While the
 * message is fresh, `attempt` is repeated. It receives the number of earlier attempts.
 */
export function whileFresh<Result>(
  { clock, budget }: Pick<WorkPorts, "clock" | "budget">,
  isFresh: boolean,
  attempt: (round: number) => Promise<Result>,
): Promise<Result> {
  let round = 0;
  return retry(() => attempt(round++), {
    clock,
    deadlineMs: budget.startUntilMs,
    waitMs: (error, count) => (isFresh && isNotYet(error) ? WAITS_MS[count - 1] : undefined),
  });
}

/** `sourceMs` is when the message was posted or the form was submitted. */
export function isFreshSource({ clock }: Pick<WorkPorts, "clock">, sourceMs: number): boolean {
  return clock.now() - sourceMs < FRESH_MS;
}

/** Slack gives the same errors for a file that is not ready and for one that it never serves. */
export function isNotYet(error: unknown): boolean {
  return (
    (error instanceof DownloadError && NOT_YET.has(error.code)) ||
    (error instanceof SlackApiError && NOT_YET.has(error.code))
  );
}

const FRESH_MS = 120_000;
const WAITS_MS = [500, 1000, 2000, 4000] as const;

const NOT_YET: ReadonlySet<string> = new Set([
  // from a download
  "gone",
  "no_access",
  "not_served",
  // from files.info, which has another error for a deleted file
  "access_denied",
  "channel_not_found",
  "file_not_found",
  "no_permission",
  "not_in_channel",
]);
