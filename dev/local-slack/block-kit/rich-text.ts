import { LIMITS } from "./limits.ts";
import {
  byType,
  type Check,
  flag,
  list,
  object,
  oneOf,
  type Shape,
  text,
  whole,
} from "./schema.ts";

/**
 * Slack answers these with `invalid_blocks`: an empty `text` element, an empty `elements` array
 * (stoiveyp/Slack.NetStandard#100), anything but text and links inside `rich_text_preformatted`, a list inside a list.
 * docs.slack.dev/reference/block-kit/blocks/rich-text-block
 */
const style: Shape = {
  style: object(
    {},
    { bold: flag, italic: flag, strike: flag, code: flag, underline: flag, highlight: flag },
  ),
};

const textElement = object({ text: text() }, style);
const link = object({ url: text() }, { ...style, text: text(), unsafe: flag });

const inline = byType({
  text: textElement,
  link,
  emoji: object(
    { name: text() },
    { ...style, unicode: text(), url: text(), skin_tone: whole({ min: 1, max: 6 }) },
  ),
  user: object({ user_id: text() }, style),
  usergroup: object({ usergroup_id: text() }, style),
  channel: object({ channel_id: text() }, style),
  team: object({ team_id: text() }, style),
  broadcast: object({ range: oneOf("here", "channel", "everyone") }, style),
  color: object({ value: text() }, style),
  date: object(
    { timestamp: whole({ min: 0, max: Number.MAX_SAFE_INTEGER }), format: text() },
    { ...style, url: text(), fallback: text() },
  ),
});

const border: Shape = { border: whole({ min: 0, max: 1 }) };
const section = object({ elements: list(inline) });

export const richText: Check = list(
  byType({
    rich_text_section: section,
    rich_text_quote: object({ elements: list(inline) }, border),
    rich_text_preformatted: object(
      { elements: list(byType({ text: textElement, link })) },
      { ...border, language: text() },
    ),
    rich_text_list: object(
      {
        style: oneOf("bullet", "ordered"),
        elements: list(byType({ rich_text_section: section })),
      },
      {
        ...border,
        indent: whole({ min: 0, max: LIMITS.listIndent }),
        offset: whole({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      },
    ),
  }),
);
