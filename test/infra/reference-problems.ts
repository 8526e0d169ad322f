import { inspectCall, isTree, parseGetAtt, parseIf, parseSub, SUB_VARIABLE } from "./calls.ts";
import type { Template } from "./read-template.ts";
import { findResource, type Schemas } from "./schema-problems.ts";

/** References that lead nowhere or in a circle, and what nothing refers to. */
export function referenceProblems(template: Template, schemas: Schemas): string[] {
  const { Parameters, Rules, Conditions, Resources, Outputs, Metadata } = template;
  const inResources = Object.entries(Resources).flatMap(([name, resource]) => [
    ...referencesIn(resource.Properties, { at: name, given: given(resource) }),
    ...(resource.DependsOn ?? []).map((other): Reference => ({
      kind: "DependsOn",
      name: other,
      at: name,
      given: given(resource),
    })),
    ...conditionOf(resource, name),
  ]);
  const inOutputs = Object.entries(Outputs).flatMap(([name, output]) => [
    ...referencesIn(output.Value, { at: name, given: given(output) }),
    ...conditionOf(output, name),
  ]);
  const inConditions = Object.entries(Conditions).flatMap(([at, condition]) =>
    referencesIn(condition, { at, given: [] }),
  );
  const inRules = Object.entries(Rules).flatMap(([at, rule]) =>
    referencesIn([rule.RuleCondition, rule.Assertions], { at, given: [] }),
  );
  const used = [...inResources, ...inOutputs, ...inConditions];
  return [
    ...[...inResources, ...inOutputs].flatMap(problemOf),
    ...[...inConditions, ...inRules].flatMap((reference) =>
      reference.kind === "Ref" && !(reference.name in Parameters)
        ? [`${reference.at} refers to ${reference.name}, which is no parameter`]
        : conditionProblem(reference),
    ),
    ...unused("parameter", Parameters, used, "Ref"),
    ...unused("condition", Conditions, used, "Condition"),
    ...groupProblems(Metadata, Parameters),
    ...circles(inResources),
  ];

  function problemOf(reference: Reference): string[] {
    const { kind, name, at } = reference;
    if (kind === "unknown function") {
      return [`${at} calls the unknown function ${name}`];
    }
    if (kind === "Sub variable") {
      return [`${at} brings ${name} along and does not use it`];
    }
    if (kind === "Condition") {
      return conditionProblem(reference);
    }
    if (kind === "Ref" && (name in Parameters || PSEUDO_PARAMETERS.has(name))) {
      return [];
    }
    const target = Resources[name];
    if (target === undefined) {
      return [`${at} refers to ${name}, which does not exist`];
    }
    if (target.Condition !== undefined && !reference.given.includes(target.Condition)) {
      return [`${at} refers to ${name}, which exists only if ${target.Condition}`];
    }
    const attributes = findResource(schemas, target.Type)?.attributes ?? {};
    return kind === "GetAtt" && !((reference.attribute ?? "") in attributes)
      ? [`${at} refers to ${name}.${reference.attribute}, which ${target.Type} does not have`]
      : [];
  }

  function conditionProblem({ kind, name, at }: Reference): string[] {
    return kind === "Condition" && !(name in Conditions)
      ? [`${at} asks for the condition ${name}, which does not exist`]
      : [];
  }
}

interface Reference {
  kind: "Ref" | "GetAtt" | "DependsOn" | "Condition" | "Sub variable" | "unknown function";
  name: string;
  attribute?: string;
  /** The logical id that holds the reference. */
  at: string;
  /** The conditions that hold there. */
  given: readonly string[];
}

type Place = Pick<Reference, "at" | "given">;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html */
const PSEUDO_PARAMETERS: ReadonlySet<string> = new Set([
  "AWS::AccountId",
  "AWS::NoValue",
  "AWS::Partition",
  "AWS::Region",
  "AWS::StackId",
  "AWS::StackName",
]);

const PURE_FUNCTIONS: ReadonlySet<string> = new Set([
  "Fn::And",
  "Fn::Equals",
  "Fn::Join",
  "Fn::Not",
  "Fn::Or",
  "Fn::Select",
  "Fn::Split",
]);

function referencesIn(node: unknown, place: Place): Reference[] {
  const call = inspectCall(node);
  if (call === undefined) {
    const children = isTree(node) ? Object.values(node) : node;
    return Array.isArray(children) ? children.flatMap((child) => referencesIn(child, place)) : [];
  }
  const { name, argument } = call;
  switch (name) {
    case "Ref":
    case "Condition":
      return [{ kind: name, name: String(argument), ...place }];
    case "Fn::GetAtt": {
      const [resource, attribute] = parseGetAtt(argument);
      return [{ kind: "GetAtt", name: resource, attribute, ...place }];
    }
    case "Fn::If": {
      const [condition, whenTrue, whenFalse] = parseIf(argument);
      return [
        { kind: "Condition", name: condition, ...place },
        ...referencesIn(whenTrue, { ...place, given: [...place.given, condition] }),
        ...referencesIn(whenFalse, place),
      ];
    }
    case "Fn::Sub":
      return referencesOfSub(argument, place);
    default:
      return PURE_FUNCTIONS.has(name)
        ? referencesIn([argument].flat(), place)
        : [{ kind: "unknown function", name, ...place }];
  }
}

function referencesOfSub(argument: unknown, place: Place): Reference[] {
  const { text, variables } = parseSub(argument);
  const names = [...text.matchAll(SUB_VARIABLE)].map(([, name = ""]) => name);
  const idle = Object.keys(variables).filter((name) => !names.includes(name));
  return [
    ...names
      .filter((name) => !(name in variables))
      .map((path): Reference => {
        const [name = "", ...rest] = path.split(".");
        return rest.length === 0
          ? { kind: "Ref", name, ...place }
          : { kind: "GetAtt", name, attribute: rest.join("."), ...place };
      }),
    ...idle.map((name): Reference => ({ kind: "Sub variable", name, ...place })),
    ...Object.values(variables).flatMap((value) => referencesIn(value, place)),
  ];
}

function given({ Condition }: { Condition?: string | undefined }): string[] {
  return Condition === undefined ? [] : [Condition];
}

function conditionOf(part: { Condition?: string | undefined }, at: string): Reference[] {
  return given(part).map((name) => ({ kind: "Condition", name, at, given: [] }));
}

function unused(
  what: string,
  declared: object,
  references: readonly Reference[],
  kind: Reference["kind"],
): string[] {
  const used = new Set(references.filter((one) => one.kind === kind).map(({ name }) => name));
  return Object.keys(declared)
    .filter((name) => !used.has(name))
    .map((name) => `Nothing uses the ${what} ${name}`);
}

/** The console shows parameters in groups. */
function groupProblems(metadata: Template["Metadata"], parameters: object): string[] {
  const { ParameterGroups } = metadata["AWS::CloudFormation::Interface"];
  const grouped = ParameterGroups.flatMap(({ Parameters }) => Parameters);
  return [
    ...grouped
      .filter((name) => !(name in parameters))
      .map((name) => `A group has the parameter ${name}, which does not exist`),
    ...Object.keys(parameters)
      .filter((name) => !grouped.includes(name))
      .map((name) => `No group has the parameter ${name}`),
  ];
}

/** CloudFormation creates nothing if resources wait for each other. */
function circles(references: readonly Reference[]): string[] {
  const next = (from: string) =>
    references
      .filter(({ at, kind }) => at === from && kind !== "Condition")
      .map(({ name }) => name);
  const reachable = (from: string) => {
    const found = new Set<string>();
    const left = next(from);
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      if (!found.has(name)) {
        found.add(name);
        left.push(...next(name));
      }
    }
    return found;
  };
  return [...new Set(references.map(({ at }) => at))]
    .filter((name) => reachable(name).has(name))
    .map((name) => `${name} waits for itself`);
}
