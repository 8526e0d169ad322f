import * as v from "valibot";
import {
  inspectCall,
  isNoValue,
  isTree,
  parseGetAtt,
  parseIf,
  parseSub,
  SUB_VARIABLE,
} from "./calls.ts";
import { isAllowed } from "./parameter-problems.ts";
import type { Template } from "./read-template.ts";

type Parameters = Readonly<Record<string, string>>;

export interface Stack {
  /** The properties of each resource that is created. */
  resources: Readonly<Record<string, unknown>>;
  outputs: Readonly<Record<string, unknown>>;
}

/** Sentences with which CloudFormation refuses these parameters. */
export function refusals(template: Template, parameters: Parameters): string[] {
  const values = withDefaults(template, parameters);
  const evaluate = createEvaluate(template, values);
  const constraints = Object.entries(template.Parameters)
    .filter(([name, parameter]) => !isAllowed(parameter, values[name] ?? ""))
    .map(([, { ConstraintDescription }]) => ConstraintDescription);
  const rules = Object.values(template.Rules)
    .filter(({ RuleCondition }) => evaluate(RuleCondition) === true)
    .flatMap(({ Assertions }) => Assertions)
    .filter(({ Assert }) => evaluate(Assert) !== true)
    .map(({ AssertDescription }) => AssertDescription);
  return [...constraints, ...rules];
}

/** Evaluates a template with these parameters. A reference to a resource reads "<Bucket.Arn>". */
export function evaluateTemplate(template: Template, parameters: Parameters): Stack {
  const evaluate = createEvaluate(template, withDefaults(template, parameters));
  const exists = ({ Condition }: { Condition?: string | undefined }) =>
    Condition === undefined || evaluate({ Condition }) === true;
  const created = Object.entries(template.Resources).filter(([, resource]) => exists(resource));
  const shown = Object.entries(template.Outputs).filter(([, output]) => exists(output));
  return {
    resources: mapValues(created, ({ Properties }) => evaluate(Properties)),
    outputs: mapValues(shown, ({ Value }) => evaluate(Value)),
  };
}

const PSEUDO: Parameters = {
  "AWS::AccountId": "123456789012",
  "AWS::Partition": "aws",
  "AWS::Region": "eu-central-1",
  "AWS::StackId":
    "arn:aws:cloudformation:eu-central-1:123456789012:stack/a/0b9f7c1e-5d3a-4c60-9a0e-2f4f0d6f7e11",
  "AWS::StackName": "a",
};

function withDefaults(template: Template, parameters: Parameters): Parameters {
  const defaults = mapValues(Object.entries(template.Parameters), ({ Default = "" }) => Default);
  return { ...PSEUDO, ...defaults, ...parameters };
}

function createEvaluate(template: Template, values: Parameters): (node: unknown) => unknown {
  return function evaluate(node: unknown): unknown {
    const call = inspectCall(node);
    if (call !== undefined) {
      return evaluateCall(call.name, call.argument);
    }
    if (Array.isArray(node)) {
      return node.filter((item) => !isNoValue(item)).map(evaluate);
    }
    if (!isTree(node)) {
      return node;
    }
    const evaluated = Object.entries(node).map(([key, value]) => [key, evaluate(value)] as const);
    return Object.fromEntries(evaluated.filter(([, value]) => !isNoValue(value)));
  };

  function evaluateCall(name: string, argument: unknown): unknown {
    const evaluate = createEvaluate(template, values);
    switch (name) {
      case "Ref":
        return isNoValue({ Ref: argument })
          ? { Ref: argument }
          : (values[String(argument)] ?? `<${String(argument)}>`);
      case "Condition":
        return evaluate(template.Conditions[String(argument)]);
      case "Fn::GetAtt":
        return `<${parseGetAtt(argument).join(".")}>`;
      case "Fn::If": {
        const [condition, whenTrue, whenFalse] = parseIf(argument);
        return evaluate(evaluate({ Condition: condition }) === true ? whenTrue : whenFalse);
      }
      case "Fn::Sub": {
        const { text, variables } = parseSub(argument);
        const known = v.parse(Texts, {
          ...values,
          ...mapValues(Object.entries(variables), evaluate),
        });
        return text.replaceAll(SUB_VARIABLE, (_, path: string) => known[path] ?? `<${path}>`);
      }
      case "Fn::Equals": {
        const [left, right] = v.parse(Pair, evaluate(argument));
        return left === right;
      }
      case "Fn::Not":
        return v.parse(One, evaluate(argument))[0] === false;
      case "Fn::Join": {
        const [separator, texts] = v.parse(Joined, evaluate(argument));
        return texts.join(separator);
      }
      case "Fn::Split": {
        const [separator, text] = v.parse(Strings, evaluate(argument));
        return text.split(separator);
      }
      case "Fn::Select": {
        const [index, list] = v.parse(Selected, evaluate(argument));
        return list[index];
      }
      default:
        throw new TypeError(`Cannot evaluate ${name}`);
    }
  }
}

const Texts = v.record(v.string(), v.string());
const Pair = v.tuple([v.unknown(), v.unknown()]);
const One = v.tuple([v.unknown()]);
const Strings = v.tuple([v.string(), v.string()]);
const Joined = v.tuple([v.string(), v.array(v.string())]);
const Selected = v.tuple([v.number(), v.array(v.string())]);

function mapValues<Value, Mapped>(
  entries: readonly (readonly [string, Value])[],
  map: (value: Value) => Mapped,
): Record<string, Mapped> {
  return Object.fromEntries(entries.map(([key, value]) => [key, map(value)]));
}
