import { interleave, median, percentile, round } from "./measure.ts";
import type { AckRow } from "./results.ts";
import { startServers } from "./start-servers.ts";
import { startWorker } from "./start-worker.ts";

const MANY = { count: 300, rounds: 15, warmUps: 5, rival: "bolt" } as const;
const CASES = [
  { name: "text", kind: "text", status: 200, ...MANY },
  { name: "url_verification", kind: "url_verification", status: 200, ...MANY },
  { name: "bad signature", kind: "bad_signature", status: 401, ...MANY },
  // An upload follows each of ours, so there are fewer.
  {
    name: "image with claim",
    kind: "image",
    status: 200,
    count: 20,
    rounds: 8,
    warmUps: 2,
    rival: "bolt-claim",
  },
] as const;

/** Measures acks of a warm process. All contenders run, each in a process of its own, and answer in turn. */
export async function measureAck(report: (progress: string) => void): Promise<AckRow[]> {
  await using servers = await startServers({ latencyMs: 0 });
  await using ours = await startWorker("ours", servers.env);
  await using bare = await startWorker("bare", servers.env);
  await using bolt = await startWorker("bolt", servers.env);
  await using boltClaim = await startWorker("bolt-claim", servers.env);
  const workers = { ours, bare, bolt, "bolt-claim": boltClaim };
  const rows: AckRow[] = [];
  for (const { name, kind, status, count, rival, ...times } of CASES) {
    report(name);
    // A claim needs a message of its own; everything else can be sent again.
    const reused = kind === "image" ? undefined : await servers.post({ kind, count });
    const samples = await interleave(["ours", "bare", rival], times, async (contender) => {
      const requests = reused ?? (await servers.post({ kind, count }));
      return workers[contender].run(requests, { status });
    });
    for (const [contender, rounds] of samples) {
      // The upload behind the ack of an image is measured by itself.
      const elapsedMs = rounds.map((took) => (kind === "image" ? sum(took.ackMs) : took.elapsedMs));
      rows.push({
        case: name,
        contender: contender === "bolt-claim" ? "bolt" : contender,
        perSecond: round(median(elapsedMs.map((ms) => (count / ms) * 1000))),
        p50Ms: round(median(rounds.map((took) => percentile(took.ackMs, 0.5)))),
        p99Ms: round(median(rounds.map((took) => percentile(took.ackMs, 0.99)))),
      });
    }
  }
  return rows;
}

function sum(samples: readonly number[]): number {
  return samples.reduce((total, one) => total + one, 0);
}
