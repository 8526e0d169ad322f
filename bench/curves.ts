import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Results } from "./results.ts";

interface Point {
  x: number;
  ms: number;
  line: string;
}

interface Curve {
  title: string;
  x: string;
  points: readonly Point[];
  scale: Plot.ScaleOptions;
}

/** Renders a curve for each growth, as files beside the document. */
export function renderCurves(results: Results): ReadonlyMap<string, string> {
  return new Map([
    ["in-flight.svg", renderCurve(inFlight(results))],
    ["images.svg", renderCurve(images(results))],
    ["records.svg", renderCurve(records(results))],
  ]);
}

function inFlight({ growth }: Results): Curve {
  return {
    title: "Time until the last tags, by messages that arrive at once",
    x: "Messages in flight",
    scale: { type: "log", ticks: growth.inFlight.map(({ messages }) => messages) },
    points: growth.inFlight.flatMap(({ messages, oursMs, byHandMs }) => [
      { x: messages, ms: oursMs, line: "this app" },
      { x: messages, ms: byHandMs, line: "by hand" },
    ]),
  };
}

function images({ upload }: Results): Curve {
  return {
    title: "Time until the tags, by images of 200 kB in one message",
    x: "Images",
    scale: { type: "linear", ticks: [1, 10, 20, 30] },
    points: upload
      .filter(({ sizeBytes }) => sizeBytes === 200_000)
      .flatMap(({ images: x, ours, byHand }) => [
        { x, ms: ours.ms, line: "this app" },
        { x, ms: byHand.ms, line: "by hand" },
      ]),
  };
}

function records({ growth }: Results): Curve {
  return {
    title: "Time of a sweep and of an edit, by records in the store",
    x: "Records in the store",
    scale: { type: "symlog", constant: 100, ticks: growth.records.map((row) => row.records) },
    points: growth.records.flatMap(({ records: x, sweepMs, editMs }) => [
      { x, ms: sweepMs, line: "sweep" },
      { x, ms: editMs, line: "edit" },
    ]),
  };
}

const COLOURS = ["#2f81f7", "#bf8700"];
const WIDTH = 720;
const HEIGHT = 360;
const HEADING_HEIGHT = 40;

function renderCurve({ title, x, points, scale }: Curve): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const lines = [...new Set(points.map(({ line }) => line))];
  const ends = lines.flatMap((line) => points.findLast((point) => point.line === line) ?? []);
  const figure = Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 64,
    marginRight: 80,
    marginBottom: 48,
    style: { fontSize: "13px" },
    x: { ...scale, label: x, tickFormat: group },
    y: { label: "Milliseconds", zero: true, grid: true, tickFormat: group },
    color: { domain: lines, range: COLOURS },
    marks: [
      Plot.ruleY([0]),
      Plot.lineY(points, { x: "x", y: "ms", stroke: "line", z: "line", strokeWidth: 2 }),
      Plot.dot(points, { x: "x", y: "ms", fill: "line", r: 4 }),
      Plot.text(ends, {
        x: "x",
        y: "ms",
        text: "line",
        fill: "line",
        textAnchor: "start",
        dx: 8,
        fontWeight: "bold",
      }),
    ],
  });
  const heading = document.createElementNS("http://www.w3.org/2000/svg", "text");
  heading.setAttribute("x", "4");
  heading.setAttribute("y", String(-HEADING_HEIGHT / 2));
  heading.setAttribute("text-anchor", "start");
  heading.setAttribute("font-size", "16");
  heading.setAttribute("font-weight", "bold");
  heading.setAttribute("fill", "currentColor");
  heading.textContent = title;
  figure.append(heading);
  // An image beside a page does not inherit the page's colours.
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = STYLE;
  figure.prepend(style);
  figure.setAttribute("viewBox", `0 ${-HEADING_HEIGHT} ${WIDTH} ${HEIGHT + HEADING_HEIGHT}`);
  figure.setAttribute("height", String(HEIGHT + HEADING_HEIGHT));
  figure.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  figure.setAttribute("role", "img");
  figure.setAttribute("aria-label", title);
  return `${figure.outerHTML}\n`;
}

function group(value: number): string {
  return value.toLocaleString("en");
}

const STYLE =
  "svg { color: #1f2328; } @media (prefers-color-scheme: dark) { svg { color: #e6edf3; } }";
