import type { Check, Report } from "../../lib/doctor/check.ts";

/** A line per check, and under each failed one what to do. */
export function renderReport(
  { ok, checks }: Report,
  { hasColours }: { hasColours: boolean },
): string {
  // A deployment that is not ours may answer anything.
  const paint = (code: number, text: string) => {
    const clean = text.replaceAll(/\p{Control}/gu, "");
    return hasColours ? `\u001B[${code}m${clean}\u001B[0m` : clean;
  };
  const failures = checks.filter((check) => check.ok === false).length;
  const end = ok
    ? paint(GREEN, "Everything that was checked is right.")
    : paint(RED, `${failures} of ${checks.length} checks failed.`);
  return [...checks.flatMap((check) => renderCheck(check, paint)), "", end].join("\n");
}

const PLAIN = 0;
const RED = 31;
const GREEN = 32;
const GREY = 90;

type Paint = (code: number, text: string) => string;

function renderCheck({ ok, name, what, do: remedy }: Check, paint: Paint): string[] {
  const remedies = remedy === undefined ? [] : [paint(PLAIN, `    → ${remedy}`)];
  if (ok === null) {
    return [paint(GREY, `– ${name}: ${what}`), ...remedies];
  }
  return ok
    ? [`${paint(GREEN, "✓")} ${paint(PLAIN, `${name}: ${what}`)}`]
    : [paint(RED, `✗ ${name}: ${what}`), ...remedies];
}
