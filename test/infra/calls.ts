import * as v from "valibot";

/** A call of an intrinsic function, in its long form: `{ "Fn::Sub": … }`. */
export interface Call {
  name: string;
  argument: unknown;
}

/** `undefined` if a node of a template is a value. */
export function inspectCall(node: unknown): Call | undefined {
  const [[name, argument] = ["", undefined], ...others] = isTree(node) ? Object.entries(node) : [];
  return others.length === 0 && /^(?:Ref|Condition|Fn::\w+)$/u.test(name)
    ? { name, argument }
    : undefined;
}

export function isTree(node: unknown): node is Record<string, unknown> {
  return typeof node === "object" && node !== null && !Array.isArray(node);
}

export function isNoValue(node: unknown): boolean {
  return isTree(node) && node["Ref"] === "AWS::NoValue";
}

/** The text of `Fn::Sub` and the variables that it brings along. */
export function parseSub(argument: unknown): { text: string; variables: Record<string, unknown> } {
  const [text, variables] = v.parse(SubArgument, Array.isArray(argument) ? argument : [argument]);
  return { text, variables };
}

export const parseIf = (argument: unknown) => v.parse(IfArgument, argument);
export const parseGetAtt = (argument: unknown) => v.parse(GetAttArgument, argument);

/** `${Name}` or `${Name.Attribute}`. `${!Name}` is literal. */
export const SUB_VARIABLE = /\$\{(?!!)([^}]*)\}/gu;

const SubArgument = v.tuple([v.string(), v.optional(v.record(v.string(), v.unknown()), {})]);
const IfArgument = v.tuple([v.string(), v.unknown(), v.unknown()]);
const GetAttArgument = v.tuple([v.string(), v.string()]);
