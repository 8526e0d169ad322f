import { interleave, median, round } from "./measure.ts";
import type { Calls } from "./orders.ts";
import type { UploadRow, Work } from "./results.ts";
import { type Servers, startServers } from "./start-servers.ts";
import { startWorker, type Took } from "./start-worker.ts";

/** The time of a call to Slack or S3 in the same region. */
export const LATENCY_MS = 30;

const CASES = [
  { images: 1, sizeBytes: 200_000, rounds: 12 },
  { images: 1, sizeBytes: 2_000_000, rounds: 9 },
  { images: 1, sizeBytes: 20_000_000, rounds: 5 },
  { images: 10, sizeBytes: 200_000, rounds: 7 },
  { images: 30, sizeBytes: 200_000, rounds: 5 },
] as const;
const WARM_UPS = 3;

interface Upload extends Took, Calls {}

/** Measures one message at a time. Each case has processes of its own, so that it has a peak of memory of its own. */
export async function measureUpload(report: (progress: string) => void): Promise<UploadRow[]> {
  await using servers = await startServers({ latencyMs: LATENCY_MS });
  const rows: UploadRow[] = [];
  for (const { rounds, ...message } of CASES) {
    report(`${message.images} × ${message.sizeBytes / 1000} kB`);
    rows.push({ ...message, ...(await measureMessage(servers, message, rounds)) });
  }
  return rows;
}

async function measureMessage(
  servers: Servers,
  message: { images: number; sizeBytes: number },
  rounds: number,
): Promise<Pick<UploadRow, "ours" | "byHand">> {
  await using ours = await startWorker("ours", servers.env);
  await using byHand = await startWorker("by-hand", servers.env);
  const workers = { ours, byHand };
  const names = ["ours", "byHand"] as const;
  const samples = await interleave(names, { rounds, warmUps: WARM_UPS }, async (name) => {
    const requests = await servers.post({ kind: "image", count: 1, ...message });
    await servers.count();
    const took = await workers[name].run(requests);
    return { ...took, ...(await servers.count()) };
  });
  return {
    ours: summarize(samples.get("ours") ?? []),
    byHand: summarize(samples.get("byHand") ?? []),
  };
}

function summarize(uploads: readonly Upload[]): Work {
  return {
    ms: round(median(uploads.map(({ shownMs, startedAtMs }) => shownMs - startedAtMs))),
    cpuMs: round(median(uploads.map(({ cpuMs }) => cpuMs))),
    peakBytes: round(Math.max(...uploads.map(({ peakBytes }) => peakBytes))),
    calls: uploads.at(-1)?.calls ?? {},
  };
}
