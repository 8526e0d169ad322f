import type { WorkPorts } from "../ports.ts";
import { TIME_PLAN } from "../time-plan.ts";
import { checkDeployment } from "./check-deployment.ts";
import { findLostMessages } from "./find-lost-messages.ts";
import { finishOpenWork } from "./finish-open-work.ts";
import { markOpenRecords } from "./mark-open-records.ts";
import { readSearchMarks } from "./search-marks.ts";

/** What one sweep did. */
export interface SweepReport {
  /** Records that were promised more than they showed, and are in line now. */
  finished: number;
  /** Messages with images of which there was no record, uploaded now. */
  found: number;
  /** Records that are not in line: somebody is at them, or they failed again. */
  open: number;
  channels: number;
  /** The time was up before all was searched: the next sweep goes on there. */
  isComplete: boolean;
  /** ISO 8601: what was posted since then, and more than seven days ago, was never searched. */
  unsearchedSince?: string;
}

/**
 * Finishes what was promised and left behind, and uploads what was never delivered. Everything goes through claims: two
 * sweeps at once, or a sweep and a delivery, do no harm to each other.
 */
export async function sweep(work: WorkPorts): Promise<SweepReport> {
  const startMs = work.clock.now();
  const marks = await readSearchMarks(work);
  if (marks.left !== undefined) {
    await markOpenRecords(work, marks.left);
    await marks.upgrade();
  }
  const finishedWork = await finishOpenWork(work, startMs + TIME_PLAN.finishUntilMs);
  await checkDeployment(work, marks);
  const foundMessages = await findLostMessages(work, marks);
  const report = { ...finishedWork, ...foundMessages };
  work.logger.info("reconcile.finished", { ...report, durationMs: work.clock.now() - startMs });
  return report;
}
