import * as v from "valibot";

/** The parts of rich text that the renderer draws: docs.slack.dev/reference/block-kit/blocks/rich-text-block */
const Style = v.object({
  bold: v.exactOptional(v.boolean()),
  italic: v.exactOptional(v.boolean()),
  strike: v.exactOptional(v.boolean()),
  underline: v.exactOptional(v.boolean()),
  code: v.exactOptional(v.boolean()),
});
export type RichTextStyle = v.InferOutput<typeof Style>;

const style = v.exactOptional(Style);
const Inline = v.variant("type", [
  v.object({ type: v.literal("text"), text: v.string(), style }),
  v.object({ type: v.literal("link"), url: v.string(), text: v.exactOptional(v.string()), style }),
  v.object({ type: v.literal("user"), user_id: v.string(), style }),
  v.object({ type: v.literal("channel"), channel_id: v.string(), style }),
  v.object({ type: v.literal("usergroup"), usergroup_id: v.string(), style }),
  v.object({
    type: v.literal("broadcast"),
    range: v.picklist(["here", "channel", "everyone"]),
    style,
  }),
  v.object({
    type: v.literal("emoji"),
    name: v.string(),
    unicode: v.exactOptional(v.string()),
  }),
]);
export type RichTextElement = v.InferOutput<typeof Inline>;

const elements = v.array(Inline);
const Section = v.object({ type: v.literal("rich_text_section"), elements });

/** The elements of a rich text block except exact text, which has a copy button and is drawn here. */
export const RichTextBlockElementSchema = v.variant("type", [
  Section,
  v.object({ type: v.literal("rich_text_quote"), elements }),
  v.object({
    type: v.literal("rich_text_list"),
    style: v.picklist(["bullet", "ordered"]),
    elements: v.array(Section),
    indent: v.exactOptional(v.picklist([0, 1, 2, 3, 4, 5, 6, 7, 8])),
    offset: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000))),
    border: v.exactOptional(v.picklist([0, 1])),
  }),
]);
export type RichTextBlockElement = v.InferOutput<typeof RichTextBlockElementSchema>;

export const RichTextPreformattedSchema = v.object({
  type: v.literal("rich_text_preformatted"),
  elements: v.array(
    v.variant("type", [
      v.object({ type: v.literal("text"), text: v.string() }),
      v.object({ type: v.literal("link"), url: v.string(), text: v.exactOptional(v.string()) }),
    ]),
  ),
});
export type RichTextPreformatted = v.InferOutput<typeof RichTextPreformattedSchema>;
