import { jsonLines } from "./json-lines.ts";
import { type Selected, useRecord } from "./use-record.ts";

/** The record as the bucket holds it; what its last write changed is marked. */
export function RecordPanel({ selected }: { selected: Selected | undefined }) {
  const info = useRecord(selected);
  if (info === undefined) {
    return <p className="empty">No record: nothing of this message was uploaded.</p>;
  }
  return (
    <>
      <p className="facts">
        <code>{info.key}</code>
        {info.changed.length > 0 && ` · changed last: ${info.changed.join(", ")}`}
      </p>
      <pre className="json">
        {jsonLines(info.record, info.changed).map(({ text, isChanged }, index) => {
          const Line = isChanged ? "mark" : "span";
          // oxlint-disable-next-line react/no-array-index-key -- a line is its place
          return <Line key={index}>{`${text}\n`}</Line>;
        })}
      </pre>
    </>
  );
}
