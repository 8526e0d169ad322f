import { Bucket } from "./bucket.tsx";
import { Log } from "./log.tsx";
import { RecordPanel } from "./record-panel.tsx";
import { Rendered } from "./rendered.tsx";
import { Settings } from "./settings.tsx";
import { Tabs } from "./tabs.tsx";
import { Timeline } from "./timeline.tsx";
import type { Selected } from "./use-record.ts";
import "./inside.css";

/** Shows what becomes of the selected message outside of Slack, and what the functions do meanwhile. */
export function Inside({ selected }: { selected: Selected | undefined }) {
  return (
    <Tabs
      label="Look inside"
      tabs={[
        { name: "Rendered", render: () => <Rendered selected={selected} /> },
        { name: "Bucket", render: () => <Bucket /> },
        { name: "Record", render: () => <RecordPanel selected={selected} /> },
        { name: "Log", render: () => <Log /> },
        { name: "Timeline", render: () => <Timeline /> },
        { name: "Settings", render: () => <Settings /> },
      ]}
    />
  );
}
