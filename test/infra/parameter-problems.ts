import type { Template } from "./read-template.ts";

type Parameter = Template["Parameters"][string];

/** Parameters without a constraint, or with a default that their own constraint refuses. */
export function parameterProblems({ Parameters }: Template): string[] {
  return Object.entries(Parameters).flatMap(([name, parameter]) => {
    const { AllowedPattern, AllowedValues, Default } = parameter;
    if (AllowedPattern === undefined && AllowedValues === undefined) {
      return [`The parameter ${name} takes anything`];
    }
    return Default === undefined || isAllowed(parameter, Default)
      ? []
      : [`The parameter ${name} refuses its own default`];
  });
}

export function isAllowed(
  { AllowedPattern = "", AllowedValues, MaxLength = Number.POSITIVE_INFINITY }: Parameter,
  value: string,
): boolean {
  return (
    new RegExp(AllowedPattern, "u").test(value) &&
    (AllowedValues?.includes(value) ?? true) &&
    value.length <= MaxLength
  );
}
