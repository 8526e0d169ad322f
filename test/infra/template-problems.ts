import * as v from "valibot";
import { parameterProblems } from "./parameter-problems.ts";
import { Template } from "./read-template.ts";
import { referenceProblems } from "./reference-problems.ts";
import { schemaProblems, type Schemas } from "./schema-problems.ts";

/** Everything that CloudFormation would refuse, as far as AWS's schemas say it. */
export function templateProblems(template: unknown, schemas: Schemas): string[] {
  const parsed = v.safeParse(Template, template);
  if (!parsed.success) {
    return parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
  }
  return [
    ...parameterProblems(parsed.output),
    ...schemaProblems(parsed.output, schemas),
    ...referenceProblems(parsed.output, schemas),
  ];
}
