/** One line of the doctor's report. */
export interface Check {
  /** `slack.scopes`: the part of the deployment and what was asked of it. */
  name: string;
  /** `null`: there is no verdict, and `what` says why. */
  ok: boolean | null;
  what: string;
  /** The one thing to do. */
  do?: string;
}

export interface Report {
  /** Whether no check failed. */
  ok: boolean;
  checks: Check[];
}

export function passed(name: string, what: string): Check {
  return { name, ok: true, what };
}

export function failed(name: string, what: string, remedy: string): Check {
  return { name, ok: false, what, do: remedy };
}

export function skipped(name: string, what: string, remedy?: string): Check {
  return { name, ok: null, what, ...(remedy !== undefined && { do: remedy }) };
}

/** The check of public records. */
export const PRIVACY = "cdn.state";

/** Puts public records first, because they cannot wait. */
export function toReport(checks: readonly Check[]): Report {
  const isAlarm = ({ name, ok }: Check) => name === PRIVACY && ok === false;
  const alarms = checks.filter(isAlarm);
  return {
    ok: checks.every(({ ok }) => ok !== false),
    checks: [...alarms, ...checks.filter((check) => !isAlarm(check))],
  };
}

/** "a, b and c" */
export function enumerate(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
