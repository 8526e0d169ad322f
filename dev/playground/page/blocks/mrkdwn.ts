import type {
  RichTextBlockElement,
  RichTextElement,
  RichTextPreformatted,
  RichTextStyle,
} from "./rich-text.ts";

/** Parses mrkdwn into rich text: https://docs.slack.dev/messaging/formatting-message-text */
export function parseMrkdwn(text: string): (RichTextBlockElement | RichTextPreformatted)[] {
  return text.split(/```\n?/u).flatMap((part, index, parts): ReturnType<typeof parseMrkdwn> => {
    // A fence that nobody closed is text.
    const isOpen = index % 2 === 1 && index === parts.length - 1;
    if (index % 2 === 1 && !isOpen) {
      return [preformatted(part.replace(/\n$/u, ""))];
    }
    const content = isOpen ? `\`\`\`${part}` : part;
    return content.trim() === "" ? [] : parseParagraphs(content);
  });
}

/** Plain text as rich text: nothing in it is markup but the names of emoji. */
export function parsePlainText(text: string, isEmojiAllowed = true): RichTextBlockElement[] {
  const textOf = (rest: string): RichTextElement[] => [{ type: "text", text: rest }];
  const elements = isEmojiAllowed ? tokenize(text, EMOJI, emojiOf, textOf) : textOf(text);
  return [{ type: "rich_text_section", elements }];
}

function parseParagraphs(text: string): RichTextBlockElement[] {
  const runs: { isQuote: boolean; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    const isQuote = /^(?:>|&gt;)/u.test(line);
    const content = isQuote ? line.replace(/^(?:>|&gt;) ?/u, "") : line;
    const last = runs.at(-1);
    if (last?.isQuote === isQuote) {
      last.lines.push(content);
    } else {
      runs.push({ isQuote, lines: [content] });
    }
  }
  return runs
    .map(({ isQuote, lines }) => ({
      type: isQuote ? ("rich_text_quote" as const) : ("rich_text_section" as const),
      elements: parseInline(lines.join("\n"), {}),
    }))
    .filter(({ elements }) => elements.length > 0);
}

const EMOJI = /(?<![\p{L}\p{N}:]):([a-z+-][\w+-]*):(?![\p{L}\p{N}:])/u;
const CODE = /`([^`\n]+)`/u;
/** `<…>`, or `*bold*`, `_italic_` and `~strike~`, each bounded by what is no word. */
const MARKED =
  /<([^<>|\n]+)(?:\|([^<>\n]*))?>|(?<![\p{L}\p{N}*_~])([*_~])(?=\S)((?:<[^<>\n]*>|[^<\n])+?)(?<=\S)\3(?![\p{L}\p{N}])/u;
const STYLES: Readonly<Record<string, RichTextStyle>> = {
  "*": { bold: true },
  _: { italic: true },
  "~": { strike: true },
};

/** Code first, whose content nothing else touches; then what is in angle brackets and styles, then emoji. */
function parseInline(text: string, style: RichTextStyle): RichTextElement[] {
  return tokenize(text, CODE, codeOf, (plainer) => tokenize(plainer, MARKED, markedOf, restOf));

  function codeOf([, code = ""]: RegExpExecArray): RichTextElement[] {
    return [textElement(decode(code), { ...style, code: true })];
  }

  function markedOf([whole, target, label, mark = "", inner = ""]: RegExpExecArray) {
    return target === undefined
      ? parseInline(inner, { ...style, ...STYLES[mark] })
      : [parseControl({ whole, target, label }, style)];
  }

  function restOf(rest: string): RichTextElement[] {
    return tokenize(rest, EMOJI, emojiOf, (left) => [textElement(decode(left), style)]);
  }
}

function parseControl(
  { whole, target, label }: { whole: string; target: string; label: string | undefined },
  style: RichTextStyle,
): RichTextElement {
  const [sign, id] = [target.slice(0, 1), target.slice(1)];
  if (sign === "@") {
    return { type: "user", user_id: id, style };
  }
  if (sign === "#") {
    return { type: "channel", channel_id: id, style };
  }
  if (id === "here" || id === "channel" || id === "everyone") {
    return { type: "broadcast", range: id, style };
  }
  if (id.startsWith("subteam^")) {
    return { type: "usergroup", usergroup_id: id.slice("subteam^".length), style };
  }
  if (sign === "!") {
    return textElement(decode(label ?? id), style);
  }
  return /^(?:https?|mailto):/u.test(target)
    ? { type: "link", url: decode(target), text: decode(label ?? target), style }
    : textElement(decode(whole), style);
}

function textElement(text: string, style: RichTextStyle): RichTextElement {
  return { type: "text", text, style };
}

function emojiOf([, name = ""]: RegExpExecArray): RichTextElement[] {
  return [{ type: "emoji", name }];
}

function preformatted(code: string): RichTextPreformatted {
  return { type: "rich_text_preformatted", elements: [{ type: "text", text: decode(code) }] };
}

/** Slack escapes just these three. */
function decode(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** Returns the matches and the text between them, in order. */
function tokenize<Token>(
  text: string,
  pattern: RegExp,
  ofMatch: (match: RegExpExecArray) => Token[],
  ofRest: (rest: string) => Token[],
): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of text.matchAll(new RegExp(pattern, "gu"))) {
    if (match.index > end) {
      tokens.push(...ofRest(text.slice(end, match.index)));
    }
    tokens.push(...ofMatch(match));
    end = match.index + match[0].length;
  }
  return end < text.length ? [...tokens, ...ofRest(text.slice(end))] : tokens;
}
