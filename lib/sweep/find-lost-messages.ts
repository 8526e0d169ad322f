import { describeError } from "../logger.ts";
import type { WorkPorts } from "../ports.ts";
import { SlackApiError } from "../slack/api-call.ts";
import type { Installation } from "../slack/payloads.ts";
import { laterOf, type SearchMarks, toTs } from "./search-marks.ts";
import { searchSlice } from "./search-slice.ts";

export interface FoundMessages {
  /** The number of messages with images but no record that were uploaded now. */
  found: number;
  /** Those that are uploaded from unasked. */
  channels: number;
  /** Whether all channels were searched up to now. */
  isComplete: boolean;
  /** ISO 8601: messages posted from then until seven days ago were never searched. */
  unsearchedSince?: string;
}

/**
 * Uploads images from messages that were never delivered. Searches each channel from its mark, in
 * slices of time, oldest first. Each finished slice moves the mark, so an interrupted sweep resumes
 * there, and no message is looked at twice.
 */
export async function findLostMessages(
  work: WorkPorts,
  marks: SearchMarks,
): Promise<FoundMessages> {
  const { clock, budget } = work;
  const channelIds = await withAutoUpload(work, await listChannels(work));
  const report: FoundMessages = { found: 0, channels: channelIds.length, isComplete: true };
  if (channelIds.length === 0) {
    return report;
  }
  const installation = await work.slack.authTest({ deadlineMs: budget.startUntilMs });
  const oldestFirst = channelIds.toSorted((a, b) =>
    (marks.of(a) ?? "") < (marks.of(b) ?? "") ? -1 : 1,
  );
  for (const channelId of oldestFirst) {
    const searched = await searchChannel(work, {
      channelId,
      installation,
      marks,
      nowMs: clock.now(),
    });
    report.found += searched.found;
    report.isComplete &&= searched.isComplete;
    if (searched.gap !== undefined && searched.gap < (report.unsearchedSince ?? "9")) {
      report.unsearchedSince = searched.gap;
    }
  }
  return report;
}

interface Search {
  channelId: string;
  installation: Installation;
  marks: SearchMarks;
  /** Epoch ms: the start of the search. */
  nowMs: number;
}

interface SearchedChannel {
  found: number;
  isComplete: boolean;
  /** ISO 8601: nothing was searched from then until seven days ago. */
  gap?: string | undefined;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The range for a channel's first search. Earlier messages need not be meant for the app. */
export const FIRST_WINDOW_MS = 26 * HOUR_MS;
export const WINDOW_MS = 7 * 24 * HOUR_MS;
const SLICE_MS = 24 * HOUR_MS;
const MIN_SLICE_MS = 5 * MINUTE_MS;
/** How far this clock may be ahead of Slack's. */
const SKEW_MS = 15 * MINUTE_MS;

async function listChannels({ config, slack, records, budget }: WorkPorts): Promise<string[]> {
  if (config.channelIds.size > 0) {
    return [...config.channelIds];
  }
  const known = await collect(records.listChannels());
  try {
    const joined = await slack.listChannels({ deadlineMs: budget.startUntilMs });
    return [...new Set([...known, ...joined])];
  } catch (error) {
    if (error instanceof SlackApiError && error.code === "missing_scope") {
      return known;
    }
    throw error;
  }
}

/** In the others, nothing is uploaded that nobody asks for. */
async function withAutoUpload(
  { settingsFor }: WorkPorts,
  channelIds: readonly string[],
): Promise<string[]> {
  const wished: string[] = [];
  for (const channelId of channelIds) {
    const { autoUpload } = await settingsFor(channelId);
    if (autoUpload) {
      wished.push(channelId);
    }
  }
  return wished;
}

async function searchChannel(work: WorkPorts, search: Search): Promise<SearchedChannel> {
  const { channelId, marks, nowMs } = search;
  const { startTs, gap } = startOf(work, search);
  const searched: SearchedChannel = { found: 0, isComplete: false, gap };
  try {
    await searchSlices(work, search, { startTs, searched });
  } catch (error) {
    if (error instanceof SlackApiError && LEFT.has(error.code)) {
      // The app is no longer there, so nothing posted now is meant for it.
      await marks.move(channelId, toTs(nowMs - SKEW_MS));
      return { found: 0, isComplete: true };
    }
    work.logger.warn("reconcile.failed", { channel: channelId, error: describeError(error) });
  }
  return searched;
}

const LEFT: ReadonlySet<string> = new Set(["channel_not_found", "not_in_channel"]);

function startOf(
  { logger }: WorkPorts,
  { channelId, marks, nowMs }: Search,
): { startTs: string; gap?: string } {
  const mark = marks.of(channelId) ?? toTs(nowMs - FIRST_WINDOW_MS);
  const earliest = toTs(nowMs - WINDOW_MS);
  if (mark >= earliest) {
    return { startTs: mark };
  }
  const gap = new Date(Number(mark) * 1000).toISOString();
  logger.error("reconcile.gap", { channel: channelId, since: gap });
  return { startTs: earliest, gap };
}

/** Counts in `searched`, so that finds before a failure are reported. */
async function searchSlices(
  work: WorkPorts,
  { channelId, installation, marks, nowMs }: Search,
  { startTs, searched }: { startTs: string; searched: SearchedChannel },
): Promise<void> {
  const { teamId } = installation;
  const recorded = work.records.listMessages({ teamId, channelId, sinceTs: startTs });
  const known = new Set(await collect(recorded));
  let [oldestTs, sliceMs] = [startTs, SLICE_MS];
  while (!searched.isComplete) {
    const endMs = Number(oldestTs) * 1000 + sliceMs;
    const latestTs = endMs < nowMs ? toTs(endMs) : undefined;
    const canBeCut = sliceMs > MIN_SLICE_MS;
    const slice = { channelId, installation, oldestTs, latestTs, known, canBeCut };
    const result = await searchSlice(work, slice);
    searched.found += result.found;
    if (result.outcome === "late") {
      return;
    }
    if (result.outcome === "too_long") {
      const lengthMs = Math.min(sliceMs, nowMs - Number(oldestTs) * 1000);
      sliceMs = Math.max(lengthMs / 2, MIN_SLICE_MS);
      continue;
    }
    oldestTs = latestTs ?? laterOf(laterOf(toTs(nowMs - SKEW_MS), oldestTs), result.newestTs);
    await marks.move(channelId, oldestTs);
    searched.isComplete = latestTs === undefined;
  }
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) {
    collected.push(item);
  }
  return collected;
}
