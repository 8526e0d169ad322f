import type { WorkPorts } from "../ports.ts";
import { TIME_PLAN } from "../time-plan.ts";
import { checkDeployment } from "./check-deployment.ts";
import { findLostMessages } from "./find-lost-messages.ts";
import { finishOpenWork } from "./finish-open-work.ts";
import { markOpenRecords } from "./mark-open-records.ts";
import { readSearchMarks } from "./search-marks.ts";

/** The result of one sweep. */
export interface SweepReport {
  /** The number of records with unkept promises that are in line now. */
  finished: number;
  /** The number of messages with images but no record that were uploaded now. */
  found: number;
  /** The number of records not in line: somebody is working on them, or they failed again. */
  open: number;
  channels: number;
  /** Whether everything was searched. If time ran out, the next sweep goes on from there. */
  isComplete: boolean;
  /** ISO 8601: messages posted from then until seven days ago were never searched. */
  unsearchedSince?: string;
}

/**
 * Finishes promised work that was left behind, and uploads images from messages that were never
 * delivered. All of it goes through claims, so concurrent sweeps and deliveries do not interfere.
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
