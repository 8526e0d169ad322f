import type { JsonObject } from "./json.ts";

/** An `ok: false` answer of the Web API: Slack's error string and further details. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly error: string;
  readonly details: JsonObject;

  constructor(error: string, details: JsonObject = {}, problems: readonly string[] = []) {
    super([error, ...problems].join(", "));
    this.error = error;
    this.details = details;
  }
}

/** Slack lists each problem twice, once with its level (grafana/oncall#5121). */
export function refuseWith(error: string, problems: readonly string[]): Refusal {
  const messages = problems.map((problem) => `[ERROR] ${problem}`);
  return new Refusal(error, { errors: problems, response_metadata: { messages } }, problems);
}

export function missingScope(needed: string, granted: ReadonlySet<string>): Refusal {
  return new Refusal("missing_scope", { needed, provided: [...granted].join(",") });
}
