import { inspectUrl } from "../url.ts";

/** For text and for attribute values in double quotes (HTML, section 13.1.2.3). */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (character) => HTML_ENTITIES[character] ?? character);
}

/**
 * For the text of a Markdown link or image: on one line, and escaped only where it would be markup (CommonMark,
 * sections 2.4, 2.5 and 6), for some programs drop what is escaped.
 */
export function escapeMarkdown(text: string): string {
  const line = text.replaceAll(/[\r\n]+/gu, " ");
  return line.replaceAll(MARKDOWN_MARKUP, (character) => {
    const isAlone = line.indexOf(character) === line.lastIndexOf(character);
    return isAlone && IN_PAIRS.has(character) ? character : escapeCharacter(character);
  });
}

/**
 * For a destination between `(` and `)`. What programs would percent-encode, each in its own way, is encoded already;
 * an ampersand begins no entity, and parentheses are in balance.
 */
export function escapeMarkdownUrl(url: string): string {
  const address = AS_SENT.test(url) ? url : (inspectUrl(url)?.href ?? url);
  const encoded = address
    .replaceAll(/%(?![\da-f]{2})|[^\w;/?:@&=+$,.!~*'()#%-]/giu, encodeURIComponent)
    .replaceAll(/&(?=#?\w+;)/gu, escapeCharacter);
  return IN_BALANCE.test(encoded) ? encoded : encoded.replaceAll(/[()]/gu, escapeCharacter);
}

const HTML_ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeCharacter(character: string): string {
  return MARKDOWN_ENTITIES[character] ?? `\\${character}`;
}

/** marked takes the backslash from these before it reads on. */
const MARKDOWN_ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "[": "&#91;",
  "\\": "&#92;",
  "]": "&#93;",
};

const MARKDOWN_MARKUP = new RegExp(
  [
    /[[\]`]/u,
    /<(?=[a-z/!?]|\S+@)/iu,
    /&(?=#?\w+;)/u,
    /\\(?=[!-/:-@[-`{-~]|$)/u,
    // Neither is a delimiter between spaces, nor an underscore within a word.
    /[*~](?!(?<=\s[*~])\s)/u,
    /_(?!(?<=\s_)\s|(?<=[\p{L}\p{N}]_)[\p{L}\p{N}])/u,
  ]
    .map(({ source }) => source)
    .join("|"),
  "giu",
);

/** They are markup only where there are two. */
const IN_PAIRS: ReadonlySet<string> = new Set(["*", "_", "~"]);

/** Printable ASCII without the backslash, which browsers take for a slash. */
const AS_SENT = /^[!-[\]-~]*$/u;
const IN_BALANCE = /^[^()]*(?:\([^()]*\)[^()]*)*$/u;
