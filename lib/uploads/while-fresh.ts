import type { WorkPorts } from "../ports.ts";
import { retry } from "../retry.ts";
import { SlackApiError } from "../slack/api-call.ts";
import { DownloadError } from "../slack/file-download.ts";

/**
 * A new file is not always there when its event comes: Slack shows its login page, knows no address, or does not know
 * the file (42wim/matterbridge#655, paradigmxyz/centaur#1700). While its message is fresh it is asked for again.
 * `attempt` is told how often it was made before.
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

/** `sourceMs`: when the message was posted or the form was sent. */
export function isFreshSource({ clock }: Pick<WorkPorts, "clock">, sourceMs: number): boolean {
  return clock.now() - sourceMs < FRESH_MS;
}

/** Slack says the same of a file that it has not got ready, and of one that it does not hand out at all. */
export function isNotYet(error: unknown): boolean {
  return (
    (error instanceof DownloadError && NOT_YET.has(error.code)) ||
    (error instanceof SlackApiError && NOT_YET.has(error.code))
  );
}

const FRESH_MS = 120_000;
const WAITS_MS = [500, 1000, 2000, 4000] as const;

const NOT_YET: ReadonlySet<string> = new Set([
  // of a download
  "gone",
  "no_access",
  "not_served",
  // of files.info; a file that somebody deleted has another
  "access_denied",
  "channel_not_found",
  "file_not_found",
  "no_permission",
  "not_in_channel",
]);
