import * as v from "valibot";
import { type CollectionTag, parseDocument, type ScalarTag, YAMLMap } from "yaml";

/**
 * Reads a CloudFormation template, with the short forms of its functions written out.
 * @throws {SyntaxError} naming every tag that is not a function, and every other fault of the YAML.
 */
export function readTemplate(text: string): unknown {
  const document = parseDocument(text, { customTags: TAGS });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    throw new SyntaxError(faults.map(({ message }) => message).join("\n"));
  }
  return document.toJS();
}

export function parseTemplate(template: unknown): Template {
  return v.parse(Template, template);
}

const Tree = v.record(v.string(), v.unknown());

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/template-anatomy.html */
export const Template = v.strictObject({
  AWSTemplateFormatVersion: v.literal("2010-09-09"),
  Description: v.pipe(v.string(), v.maxBytes(1024)),
  Metadata: v.strictObject({
    "AWS::CloudFormation::Interface": v.strictObject({
      ParameterGroups: v.array(
        v.strictObject({
          Label: v.strictObject({ default: v.string() }),
          Parameters: v.array(v.string()),
        }),
      ),
    }),
  }),
  Parameters: v.record(
    v.string(),
    v.strictObject({
      Type: v.literal("String"),
      Description: v.pipe(v.string(), v.maxLength(4000)),
      Default: v.optional(v.string()),
      AllowedPattern: v.optional(v.string()),
      AllowedValues: v.optional(v.array(v.string())),
      MaxLength: v.optional(v.number()),
      ConstraintDescription: v.string(),
    }),
  ),
  Rules: v.record(
    v.string(),
    v.strictObject({
      RuleCondition: Tree,
      Assertions: v.array(v.strictObject({ Assert: Tree, AssertDescription: v.string() })),
    }),
  ),
  Conditions: v.record(v.string(), Tree),
  Resources: v.record(
    v.string(),
    v.strictObject({
      Type: v.string(),
      Condition: v.optional(v.string()),
      DependsOn: v.optional(v.array(v.string())),
      DeletionPolicy: v.optional(v.picklist(["Delete", "Retain", "RetainExceptOnCreate"])),
      UpdateReplacePolicy: v.optional(v.picklist(["Delete", "Retain"])),
      Properties: Tree,
    }),
  ),
  Outputs: v.record(
    v.string(),
    v.strictObject({
      Condition: v.optional(v.string()),
      Description: v.pipe(v.string(), v.maxBytes(1024)),
      Value: v.unknown(),
    }),
  ),
});
export type Template = v.InferOutput<typeof Template>;

const FUNCTIONS = ["And", "Equals", "If", "Join", "Not", "Or", "Select", "Split", "Sub"];

const TAGS: (ScalarTag | CollectionTag)[] = [
  { tag: "!Ref", resolve: (name) => ({ Ref: name }) },
  { tag: "!Condition", resolve: (name) => ({ Condition: name }) },
  {
    tag: "!GetAtt",
    resolve(name) {
      const [, resource, attribute] = /^([^.]*)\.?(.*)$/u.exec(name) ?? [];
      return { "Fn::GetAtt": [resource, attribute] };
    },
  },
  ...FUNCTIONS.flatMap((name): (ScalarTag | CollectionTag)[] => [
    { tag: `!${name}`, resolve: (text) => ({ [`Fn::${name}`]: text }) },
    {
      tag: `!${name}`,
      collection: "seq",
      resolve(list) {
        const call = new YAMLMap();
        call.set(`Fn::${name}`, list);
        return call;
      },
    },
  ]),
];
