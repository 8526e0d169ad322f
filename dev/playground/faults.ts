import type { ActiveFault, FaultName } from "./api.ts";
import { NotInControlError, type StackPorts } from "./stack-ports.ts";

const LASTS_MS = 20_000;
const DELIVERIES = 11;

/** The faults of the panel, by name. A fault that is begun again lasts from then on. */
const FAULTS: Readonly<Record<FaultName, (ports: StackPorts, untilMs: number) => void>> = {
  slack_rate_limited({ slack }, untilMs) {
    slack.fault({
      name: "slack_rate_limited",
      on: "*",
      when: ({ path }) => path.startsWith("/api/"),
      kind: "rate_limited",
      times: Infinity,
      untilMs,
    });
  },
  slack_down({ slack }, untilMs) {
    const rule = { name: "slack_down", on: "*", times: Infinity, untilMs } as const;
    slack.fault({ ...rule, kind: "reset", probability: 0.5 });
    slack.fault({ ...rule, kind: "error_500" });
  },
  s3_down({ s3 }, untilMs) {
    // Only the CDN reads without a signature, and it has copies of its own.
    const isSigned = ({ headers }: { headers: ReadonlyMap<string, string> }) =>
      headers.has("authorization");
    const rule = { name: "s3_down", on: "*", when: isSigned, untilMs } as const;
    s3.fault({ ...rule, kind: "reset", probability: 0.5 });
    s3.fault({ ...rule, kind: "error_500" });
  },
  kill_after_ack({ front }) {
    if (front === undefined) {
      throw new NotInControlError("Killing the function");
    }
    front.isKilledAfterAck = true;
  },
  deliver_eleven_times: ({ slack }) =>
    slack.fault({
      name: "deliver_eleven_times",
      on: "delivery",
      kind: "repeated",
      deliveries: DELIVERIES,
    }),
  lose_event: ({ slack }) => slack.fault({ name: "lose_event", on: "delivery", kind: "lost" }),
};

const LASTING: ReadonlySet<FaultName> = new Set(["slack_rate_limited", "slack_down", "s3_down"]);

/** @throws {RangeError} when there is none of that name */
export function beginFault(ports: StackPorts, name: string): void {
  if (!isFaultName(name)) {
    const names = Object.keys(FAULTS).join(", ");
    throw new RangeError(`Cannot begin fault ${name}: there are ${names}`);
  }
  endFault(ports, name);
  FAULTS[name](ports, ports.clock.now() + LASTS_MS);
  ports.topics.emit("stack");
  if (LASTING.has(name)) {
    setTimeout(() => ports.topics.emit("stack"), LASTS_MS).unref();
  }
}

export function endFaults(ports: StackPorts): void {
  for (const name of Object.keys(FAULTS).filter(isFaultName)) {
    endFault(ports, name);
  }
  ports.topics.emit("stack");
}

export function listFaults({ slack, s3, front }: StackPorts): ActiveFault[] {
  const active = new Map<FaultName, ActiveFault>();
  for (const { name = "", untilMs } of [...slack.faults(), ...s3.faults()]) {
    if (isFaultName(name)) {
      active.set(name, { name, ...(untilMs !== undefined && { endsAtMs: untilMs }) });
    }
  }
  const killing: ActiveFault[] =
    front?.isKilledAfterAck === true ? [{ name: "kill_after_ack" }] : [];
  return [...active.values(), ...killing];
}

function endFault({ slack, s3, front }: StackPorts, name: FaultName): void {
  slack.endFaults(name);
  s3.endFaults(name);
  if (name === "kill_after_ack" && front?.isKilledAfterAck === true) {
    front.isKilledAfterAck = false;
  }
}

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}
