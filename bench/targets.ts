import type { CodecRow, Contender, Results } from "./results.ts";

/** The most that each figure should be. */
interface Target {
  target: string;
  limit: number;
  unit: "×" | "ms" | "MB";
  measure: (results: Results) => number;
}

export const TARGETS: readonly Target[] = [
  times("text, p50 against bare", 1.1, ({ ack }) => ackRatio(ack, "text", "p50Ms")),
  times("text, p99 against bare", 1.25, ({ ack }) => ackRatio(ack, "text", "p99Ms")),
  times("bad signature, p50 against bare", 1.5, ({ ack }) =>
    ackRatio(ack, "bad signature", "p50Ms"),
  ),
  {
    target: "cold text, above bare",
    limit: 40,
    unit: "ms",
    measure: ({ cold }) => aboveBare(cold, "text"),
  },
  {
    target: "cold image, above bare with claim",
    limit: 150,
    unit: "ms",
    measure: ({ cold }) => aboveBare(cold, "image with claim"),
  },
  times("CPU of a message with one image of 200 kB, against by hand", 2, ({ upload }) =>
    uploadRatio(upload, { images: 1, sizeBytes: 200_000 }, "cpuMs"),
  ),
  times("20 MB, time until the tags, against by hand", 1.3, ({ upload }) =>
    uploadRatio(upload, { images: 1, sizeBytes: 20_000_000 }, "ms"),
  ),
  ...[10, 30].map((images) =>
    times(`${images} images, time until the tags, against by hand`, 1.3, ({ upload }) =>
      uploadRatio(upload, { images, sizeBytes: 200_000 }, "ms"),
    ),
  ),
  ...(["lossless JPEG", "lossless PNG", "WebP", "three variants", "HEIC"] as const).map((codec) =>
    times(`${codec}, against the library`, 1.1, ({ codecs }) => codecRatio(codecs, codec)),
  ),
  ...["api/health", "api/doctor"].map((name) => ({
    target: `${name}, packed`,
    limit: 4,
    unit: "MB" as const,
    measure: ({ cold }: Results) =>
      (cold.packed.find((one) => one.function === name)?.bytes ?? Number.NaN) / 1e6,
  })),
];

function times(target: string, limit: number, measure: Target["measure"]): Target {
  return { target, limit, unit: "×", measure };
}

function ackRatio(
  rows: Results["ack"],
  request: Results["ack"][number]["case"],
  figure: "p50Ms" | "p99Ms",
): number {
  const of = (contender: Contender) =>
    rows.find((row) => row.case === request && row.contender === contender)?.[figure] ?? Number.NaN;
  return of("ours") / of("bare");
}

function aboveBare(
  { starts }: Results["cold"],
  request: Results["cold"]["starts"][number]["case"],
): number {
  const of = (contender: Contender) =>
    starts.find((row) => row.case === request && row.contender === contender)?.ackMs ?? Number.NaN;
  return of("ours") - of("bare");
}

function uploadRatio(
  rows: Results["upload"],
  { images, sizeBytes }: { images: number; sizeBytes: number },
  figure: "ms" | "cpuMs",
): number {
  const row = rows.find((one) => one.images === images && one.sizeBytes === sizeBytes);
  return row === undefined ? Number.NaN : row.ours[figure] / row.byHand[figure];
}

function codecRatio(rows: readonly CodecRow[], codec: CodecRow["codec"]): number {
  const row = rows.find((one) => one.codec === codec);
  return row === undefined ? Number.NaN : row.oursMs / row.directMs;
}
