import { useState } from "react";
import type { LogLine } from "../../api.ts";
import { useTopic } from "../client.ts";
import { formatTime } from "./words.ts";

/** The functions' log, newest first; each word of the filter has to be in a line. */
export function Log() {
  const { value: lines = [] } = useTopic<readonly LogLine[]>("/local/stack/log", "log");
  const [filter, setFilter] = useState("");
  const shown = lines.filter((line) => isMeant(line, filter)).toReversed();
  return (
    <>
      <label className="filter">
        Filter
        <input
          type="search"
          value={filter}
          placeholder="upload error 0c1d…"
          onChange={({ target }) => setFilter(target.value)}
        />
      </label>
      <output className="facts">
        {shown.length} of {lines.length} lines
      </output>
      <ol className="log">
        {shown.map((line, index) => (
          <li key={`${line.atMs}-${shown.length - index}`} data-level={line.level}>
            <time>{formatTime(line.atMs)}</time> <b>{line.level}</b> <strong>{line.event}</strong>
            <span className="fields">
              {Object.entries(line.fields).map(([name, value]) => (
                <span key={name}>
                  <span className="field">{name}</span>=
                  {typeof value === "string" ? value : JSON.stringify(value)}{" "}
                </span>
              ))}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}

function isMeant(line: LogLine, filter: string): boolean {
  const text = `${line.level} ${line.event} ${JSON.stringify(line.fields)}`.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/u)
    .every((word) => text.includes(word));
}
