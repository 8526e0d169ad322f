import { ConfigError, type Environment, parseEnvironment } from "../environment.ts";
import { type Check, failed, passed } from "./check.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Judges all variables at once. The environment is missing if one of them is wrong. */
export function checkVariables(variables: Variables): {
  checks: Check[];
  environment?: Environment;
} {
  try {
    const environment = parseEnvironment(variables);
    return { checks: [passed("variables", "Every variable is well formed.")], environment };
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    return { checks: error.variables.map((variable) => toCheck(variables, variable, error)) };
  }
}

function toCheck(variables: Variables, variable: string, { problems }: ConfigError): Check {
  const state = (variables[variable] ?? "").trim() === "" ? "missing" : "malformed";
  const expected = problems.find((problem) => problem.variable === variable)?.expected ?? "";
  return failed(
    `variables.${variable}`,
    `${variable} is ${state}.`,
    `Set ${variable} to ${expected}.`,
  );
}

/** A shorter secret can be guessed. */
const MIN_SECRET_LENGTH = 16;

/** Without the secret, nothing finishes what an outage leaves open. */
export function checkCronSecret(cronSecret: string | undefined): Check {
  const name = "cron.secret";
  const remedy =
    "Set CRON_SECRET to the output of `openssl rand -hex 32`, and schedule the sweep with it.";
  if (cronSecret === undefined) {
    return failed(name, "CRON_SECRET is missing, so nothing finishes interrupted uploads.", remedy);
  }
  return cronSecret.length < MIN_SECRET_LENGTH
    ? failed(name, `CRON_SECRET has fewer than ${MIN_SECRET_LENGTH} characters.`, remedy)
    : passed(name, "CRON_SECRET is set.");
}
