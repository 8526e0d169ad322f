import type { loadAwsServiceSpec } from "@aws-cdk/aws-service-spec";
import type { PropertyType, Resource, ResourceProperties } from "@aws-cdk/service-spec-types";
import { inspectCall, isNoValue, isTree, parseGetAtt, parseIf } from "./calls.ts";
import type { Template } from "./read-template.ts";

/** AWS's published resource schemas. */
export type Schemas = Awaited<ReturnType<typeof loadAwsServiceSpec>>;

export function findResource(schemas: Schemas, type: string): Resource | undefined {
  return schemas.lookup("resource", "cloudFormationType", "equals", type)[0];
}

/** Unknown resource types, unknown and missing properties, and values of a wrong type. */
export function schemaProblems(template: Template, schemas: Schemas): string[] {
  return Object.entries(template.Resources).flatMap(([name, { Type, Properties }]) => {
    const resource = findResource(schemas, Type);
    return resource === undefined
      ? [`${name} has the unknown type ${Type}`]
      : objectProblems(Properties, resource.properties, name);
  });

  function objectProblems(node: unknown, properties: ResourceProperties, at: string): string[] {
    if (!isTree(node)) {
      return [`${at} is not an object`];
    }
    const missing = Object.entries(properties)
      .filter(([name, { required }]) => required === true && mayBeAbsent(node[name]))
      .map(([name]) => `${at}.${name} is missing`);
    const present = Object.entries(node).flatMap(([name, value]) => {
      const property = properties[name];
      return property === undefined
        ? [`${at}.${name} is unknown`]
        : valueProblems(value, property.type, `${at}.${name}`);
    });
    return [...missing, ...present];
  }

  function valueProblems(node: unknown, type: PropertyType, at: string): string[] {
    if (isNoValue(node)) {
      return [];
    }
    const call = inspectCall(node);
    if (call?.name === "Fn::If") {
      const [, ...branches] = parseIf(call.argument);
      return branches.flatMap((branch) => valueProblems(branch, type, at));
    }
    if (call !== undefined) {
      return takes(type, resultOf(call)) ? [] : [`${at} is ${resultOf(call)}, not ${type.type}`];
    }
    switch (type.type) {
      case "ref":
        return objectProblems(
          node,
          schemas.get("typeDefinition", type.reference.$ref).properties,
          at,
        );
      case "tag":
        return objectProblems(node, TAG, at);
      case "array":
        return Array.isArray(node)
          ? node.flatMap((item, index) => valueProblems(item, type.element, `${at}.${index}`))
          : [`${at} is not an array`];
      case "map":
        return isTree(node)
          ? Object.entries(node).flatMap(([key, item]) =>
              valueProblems(item, type.element, `${at}.${key}`),
            )
          : [`${at} is not an object`];
      case "union": {
        const [first = [], ...others] = type.types.map((one) => valueProblems(node, one, at));
        return others.some((problems) => problems.length === 0) ? [] : first;
      }
      case "json":
        return isTree(node) ? [] : [`${at} is not an object`];
      case "string":
        return stringProblems(node, type.allowedValues, at);
      case "boolean":
      case "date-time":
      case "integer":
      case "null":
      case "number":
        return isScalar(node, type.type) ? [] : [`${at} is not ${type.type}`];
    }
  }

  function resultOf({ name, argument }: { name: string; argument: unknown }): string {
    if (name !== "Fn::GetAtt") {
      return name === "Fn::Split" ? "array" : "string";
    }
    const [resource, attribute] = parseGetAtt(argument);
    const type = template.Resources[resource]?.Type ?? "";
    return findResource(schemas, type)?.attributes[attribute]?.type.type ?? "string";
  }
}

const TAG: ResourceProperties = {
  Key: { type: { type: "string" }, required: true },
  Value: { type: { type: "string" }, required: true },
};

function mayBeAbsent(node: unknown): boolean {
  const call = inspectCall(node);
  return (
    node === undefined ||
    isNoValue(node) ||
    (call?.name === "Fn::If" && parseIf(call.argument).some(mayBeAbsent))
  );
}

function takes(type: PropertyType, result: string): boolean {
  return type.type === "union"
    ? type.types.some((one) => takes(one, result))
    : type.type === result || (result === "string" && SCALARS.has(type.type));
}

const SCALARS: ReadonlySet<string> = new Set(["boolean", "date-time", "integer", "number"]);

function stringProblems(node: unknown, allowed: readonly string[] | undefined, at: string) {
  if (typeof node !== "string") {
    return [`${at} is not string`];
  }
  return allowed?.includes(node) === false ? [`${at} is none of ${allowed.join(", ")}`] : [];
}

function isScalar(node: unknown, type: "boolean" | "date-time" | "integer" | "null" | "number") {
  switch (type) {
    case "boolean":
      return typeof node === "boolean";
    case "date-time":
      return typeof node === "string" && !Number.isNaN(Date.parse(node));
    case "integer":
      return Number.isInteger(node);
    case "null":
      return node === null;
    case "number":
      return typeof node === "number";
  }
}
