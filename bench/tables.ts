import { TARGETS } from "./targets.ts";
import type { CodecRow, Contender, Results, Work } from "./results.ts";

/** One table of Markdown per heading. */
export interface Section {
  title: string;
  rows: readonly (readonly string[])[];
}

export type Part = "ack" | "cold" | "upload" | "growth" | "codecs";

/** Renders what a part measured, for the terminal and for the document alike. */
export function renderTables(part: Part, results: Partial<Results>): string {
  return sectionsOf(part, results)
    .map(({ title, rows }) => `### ${title}\n\n${renderTable(rows)}`)
    .join("\n\n");
}

/** Renders a table whose first row is its head. All columns are as wide as the formatter makes them. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) =>
    Math.max(3, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => (row[column] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(head), rule, ...rows.slice(1).map(line)].join("\n");
}

/** The targets, and whether this run met them. */
export function renderTargets(results: Results): string {
  const rows = TARGETS.map(({ target, limit, unit, measure }) => {
    const measured = measure(results);
    const isMet = measured <= limit;
    return [target, withUnit(limit, unit), withUnit(measured, unit), isMet ? "met" : "**not met**"];
  });
  return renderTable([["target", "at most", "measured", ""], ...rows]);
}

/** Says where this run's Bolt was faster than this app. */
export function renderRival({ ack, cold }: Results): string {
  const figures = [
    ...ack.map((row) => ({ ...row, name: `${row.case}, p50 of a warm process`, ms: row.p50Ms })),
    ...cold.starts.map((row) => ({ ...row, name: `${row.case}, first ack`, ms: row.ackMs })),
  ];
  const lost = figures.flatMap(({ name, contender, ms }) => {
    const ours = figures.find((one) => one.contender === "ours" && one.name === name);
    const isLost = contender === "bolt" && ours !== undefined && ms < ours.ms;
    return isLost ? [`- ${name}: this app takes ${ratio(ours.ms, ms)} as long.`] : [];
  });
  return lost.length === 0
    ? "Bolt was faster than this app in no case of this run."
    : `Bolt was faster than this app here:\n\n${lost.join("\n")}`;
}

function sectionsOf(
  part: Part,
  { ack, cold, upload, growth, codecs }: Partial<Results>,
): Section[] {
  switch (part) {
    case "ack":
      return ack ? [ackSection(ack)] : [];
    case "cold":
      return cold ? [coldSection(cold), packedSection(cold)] : [];
    case "upload":
      return upload ? [uploadSection(upload), callsSection(upload)] : [];
    case "growth":
      return growth ? [flightSection(growth), recordsSection(growth)] : [];
    case "codecs":
      return codecs ? [codecSection(codecs)] : [];
  }
}

const NAMES: Readonly<Record<Contender, string>> = {
  ours: "this app",
  bare: "bare handler",
  bolt: "Bolt",
};

function ackSection(rows: Results["ack"]): Section {
  const head = ["request", "", "acks a second", "p50, ms", "p99, ms", "p50 against bare", "p99"];
  return {
    title: "Acks of a warm process",
    rows: [
      head,
      ...rows.map((row) => {
        const bare = rows.find((one) => one.case === row.case && one.contender === "bare");
        return [
          row.case,
          NAMES[row.contender],
          amount(row.perSecond),
          amount(row.p50Ms),
          amount(row.p99Ms),
          ratio(row.p50Ms, bare?.p50Ms),
          ratio(row.p99Ms, bare?.p99Ms),
        ];
      }),
    ],
  };
}

function coldSection({ starts }: Results["cold"]): Section {
  const head = ["request", "", "process, ms", "first ack, ms", "above bare, ms"];
  return {
    title: "First ack of a new process",
    rows: [
      [...head, "against bare", "modules", "JavaScript, kB"],
      ...starts.map((row) => {
        const bare = starts.find((one) => one.case === row.case && one.contender === "bare");
        return [
          row.case,
          NAMES[row.contender],
          amount(row.processMs),
          amount(row.ackMs),
          bare === undefined ? "" : amount(row.ackMs - bare.ackMs),
          ratio(row.ackMs, bare?.ackMs),
          String(row.modules),
          amount(row.bytes / 1000),
        ];
      }),
    ],
  };
}

function packedSection({ packed }: Results["cold"]): Section {
  const rows = packed.map((one) => [one.function, String(one.files), amount(one.bytes / 1e6)]);
  return { title: "Packed functions", rows: [["function", "files", "MB, not zipped"], ...rows] };
}

function uploadSection(rows: Results["upload"]): Section {
  const cells = (work: Work) => [amount(work.ms), amount(work.cpuMs), amount(work.peakBytes / 1e6)];
  return {
    title: "One message with images",
    rows: [
      ["images", "", "tags after, ms", "CPU, ms", "peak memory, MB"],
      ...rows.flatMap(({ images, sizeBytes, ours, byHand }) => {
        const name = `${images} × ${size(sizeBytes)}`;
        return [
          [name, "this app", ...cells(ours)],
          [name, "by hand", ...cells(byHand)],
          [
            name,
            "ratio",
            ratio(ours.ms, byHand.ms),
            ratio(ours.cpuMs, byHand.cpuMs),
            ratio(ours.peakBytes, byHand.peakBytes),
          ],
        ];
      }),
    ],
  };
}

function callsSection(rows: Results["upload"]): Section {
  const kinds = [
    ...new Set(
      rows.flatMap(({ ours, byHand }) => [ours, byHand].flatMap((w) => Object.keys(w.calls))),
    ),
  ].toSorted();
  const some = rows.filter(({ sizeBytes }) => sizeBytes === 200_000);
  return {
    title: "Calls of one message, by kind",
    rows: [
      ["call", ...some.flatMap(({ images }) => [`this app, ${images}`, `by hand, ${images}`])],
      ...kinds.map((kind) => [
        kind,
        ...some.flatMap(({ ours, byHand }) =>
          [ours, byHand].map(({ calls }) => String(calls[kind] ?? 0)),
        ),
      ]),
    ],
  };
}

function flightSection({ inFlight }: Results["growth"]): Section {
  const rows = inFlight.map(({ messages, oursMs, byHandMs, late }) => [
    String(messages),
    amount(oursMs),
    amount(byHandMs),
    ratio(oursMs, byHandMs),
    String(late),
  ]);
  const head = ["messages in flight", "this app, ms", "by hand, ms", "ratio", "acks of 503"];
  return { title: "Messages in flight, until the last tags", rows: [head, ...rows] };
}

function recordsSection({ records }: Results["growth"]): Section {
  const rows = records.map((row) => [
    amount(row.records),
    amount(row.sweepMs),
    amount(row.sweepCalls),
    amount(row.editMs),
    amount(row.editCalls),
  ]);
  const head = ["records in the store", "sweep, ms", "its calls", "edit, ms", "its calls"];
  return { title: "Records in the store", rows: [head, ...rows] };
}

function codecSection(rows: readonly CodecRow[]): Section {
  return {
    title: "Codecs beside their libraries",
    rows: [
      ["codec", "this app, ms", "library, ms", "ratio"],
      ...rows.map(({ codec, oursMs, directMs }) => [
        codec,
        amount(oursMs),
        amount(directMs),
        ratio(oursMs, directMs),
      ]),
    ],
  };
}

function withUnit(value: number, unit: "×" | "ms" | "MB"): string {
  return `${unit === "×" ? value.toFixed(2) : amount(value)} ${unit}`;
}

function ratio(value: number, base: number | undefined): string {
  return base === undefined ? "" : `${(value / base).toFixed(2)} ×`;
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${bytes / 1000} kB` : `${bytes / 1e6} MB`;
}

/** Three digits, and groups of thousands. */
function amount(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 4 });
}
