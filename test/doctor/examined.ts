import * as v from "valibot";
import type { App } from "../../lib/app.ts";
import { startTestStack, type StackOptions, type TestStack } from "../helpers/stack.ts";

export const CRON_SECRET = "cron-secret-that-nobody-knows";

const Report = v.object({
  ok: v.boolean(),
  checks: v.array(
    v.strictObject({
      name: v.string(),
      ok: v.nullable(v.boolean()),
      what: v.pipe(v.string(), v.endsWith(".")),
      do: v.exactOptional(v.pipe(v.string(), v.endsWith("."))),
    }),
  ),
});
export type Examined = v.InferOutput<typeof Report>;

/** Starts a stack whose Slack, S3 and app have the same time, however slow the machine is. */
export async function startPatient(
  changed: Record<string, string> = {},
  surroundings: StackOptions = {},
): Promise<TestStack> {
  const nowMs = Date.now();
  return startTestStack({ CRON_SECRET, ...changed }, { s3Now: () => nowMs, ...surroundings });
}

/** Asks `/api/doctor`, at the address where the local Slack delivers. */
export async function examine(
  stack: TestStack,
  { app = stack.app, origin = originOf(stack) }: { app?: App; origin?: string } = {},
): Promise<Examined> {
  const headers = { authorization: `Bearer ${CRON_SECRET}` };
  const response = await app.doctor(new Request(`${origin}/api/doctor`, { headers }));
  return v.parse(Report, await response.json());
}

export function originOf({ slack }: TestStack): string {
  return new URL(slack.requestUrls?.events ?? "").origin;
}

/** The advice of each failed check, by its name. */
export function remediesIn({ checks }: Examined): Record<string, string> {
  return Object.fromEntries(
    checks.filter(({ ok }) => ok === false).map((check) => [check.name, check.do ?? ""]),
  );
}

export function namesOf({ checks }: Examined, ok: boolean | null): string[] {
  return checks.filter((check) => check.ok === ok).map(({ name }) => name);
}

export function leftIn({ s3 }: TestStack): string[] {
  return s3.objects().map(({ key }) => key);
}
