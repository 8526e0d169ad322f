import "./inside.css";
import { useEffect, useState } from "react";
import type { ActiveFault, FaultName, StackState, SweepResult } from "../../api.ts";
import { postJson, useTopic } from "../client.ts";
import { formatDuration } from "./words.ts";

const FAULTS: readonly { name: FaultName; label: string; needsControl: boolean }[] = [
  { name: "slack_rate_limited", label: "Slack is rate limiting", needsControl: false },
  { name: "slack_down", label: "Slack is down", needsControl: false },
  { name: "s3_down", label: "S3 is down", needsControl: false },
  { name: "kill_after_ack", label: "Kill the function after the next ack", needsControl: true },
  {
    name: "deliver_eleven_times",
    label: "Deliver the next event eleven times",
    needsControl: false,
  },
  { name: "lose_event", label: "Lose the next event", needsControl: false },
];

/** Breaks the world around the app, and shows what it still has to do. */
export function Faults() {
  const { value: stack } = useTopic<StackState>("/local/stack", "stack");
  const [notice, setNotice] = useState("");
  const nowMs = useSeconds(stack !== undefined && isCounted(stack));

  async function attempt(act: () => Promise<string>): Promise<void> {
    try {
      setNotice(await act());
    } catch (error) {
      setNotice(error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <section className="faults" aria-labelledby="faults-heading">
      <h2 id="faults-heading">Faults</h2>
      <div className="fault-buttons">
        {FAULTS.map(({ name, label, needsControl }) => (
          <FaultButton
            key={name}
            label={label}
            active={stack?.faults.find((fault) => fault.name === name)}
            nowMs={nowMs + (stack?.clockOffsetMs ?? 0)}
            isDisabled={needsControl && stack?.isInControl === false}
            onPress={() => void attempt(() => begin(name))}
          />
        ))}
        <button
          type="button"
          className="primary"
          disabled={stack?.isInControl === false}
          onClick={() => void attempt(runSweep)}
        >
          Run the sweep
        </button>
      </div>
      <output className="facts">{notice}</output>
      <OpenWork stack={stack} nowMs={nowMs + (stack?.clockOffsetMs ?? 0)} />
    </section>
  );
}

function isCounted({ faults, openWork }: StackState): boolean {
  return openWork.length > 0 || faults.some(({ endsAtMs }) => endsAtMs !== undefined);
}

function FaultButton({
  label,
  active,
  nowMs,
  isDisabled,
  onPress,
}: {
  label: string;
  active: ActiveFault | undefined;
  nowMs: number;
  isDisabled: boolean;
  onPress: () => void;
}) {
  return (
    <div className="fault">
      <button
        type="button"
        aria-pressed={active !== undefined}
        disabled={isDisabled}
        onClick={onPress}
      >
        {label}
      </button>
      <span className="facts">{active === undefined ? "" : remaining(active, nowMs)}</span>
    </div>
  );
}

function remaining({ endsAtMs }: ActiveFault, nowMs: number): string {
  if (endsAtMs === undefined) {
    return "waiting";
  }
  return `${Math.max(0, Math.ceil((endsAtMs - nowMs) / 1000))} s left`;
}

function OpenWork({ stack, nowMs }: { stack: StackState | undefined; nowMs: number }) {
  const work = stack?.openWork ?? [];
  return (
    <div className="open-work">
      <h3>Open work</h3>
      <p className="facts">
        Functions: {stack?.functions ?? "unknown"}
        {(stack?.clockOffsetMs ?? 0) > 0 &&
          ` · the clock is ${formatDuration(stack?.clockOffsetMs ?? 0)} ahead`}
      </p>
      {work.length === 0 ? (
        <p className="facts">Nothing is left to do.</p>
      ) : (
        <ul>
          {work.map(({ key, kind, sinceMs }) => (
            <li key={key}>
              <strong>{kind}</strong>, open for {formatDuration(Math.max(0, nowMs - sinceMs))}
              <br />
              <code className="key">{key}</code>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

async function begin(name: FaultName): Promise<string> {
  await postJson(`/local/stack/faults/${name}`, {});
  return "";
}

async function runSweep(): Promise<string> {
  const { status, body, movedMs } = await postJson<SweepResult>("/local/stack/sweep", {});
  const moved = `The clock went ${formatDuration(movedMs)} ahead; `;
  return status === 200
    ? `${moved}the sweep says ${JSON.stringify(body)}.`
    : `${moved}the sweep failed with ${status}.`;
}

/** Epoch ms, anew each second while something is counted. */
function useSeconds(isCounting: boolean): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const tick = () => setNowMs(Date.now());
    const first = setTimeout(tick);
    const timer = isCounting ? setInterval(tick, 1000) : undefined;
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [isCounting]);
  return nowMs;
}
