import { inspectUrl } from "../url.ts";

/** Escapes text and double-quoted attribute values (HTML, section 13.1.2.3). */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (character) => HTML_ENTITIES[character] ?? character);
}

/**
 * Escapes the text of a Markdown link or image, on one line. Escapes only where a character would
 * be markup (CommonMark, sections 2.4, 2.5 and 6), because some programs drop escaped characters.
 */
export function escapeMarkdown(text: string): string {
  const line = text.replaceAll(/[\r\n]+/gu, " ");
  return line.replaceAll(MARKDOWN_MARKUP, (character) => {
    const isAlone = line.indexOf(character) === line.lastIndexOf(character);
    return isAlone && IN_PAIRS.has(character) ? character : escapeCharacter(character);
  });
}

/**
 * Escapes a destination between `(` and `)`. Encodes what programs would percent-encode
 * differently, keeps ampersands from starting an entity, and escapes unbalanced parentheses.
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

/** marked strips the backslash before these characters too early. */
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
    // `*`, `_` and `~` between spaces are no delimiters, nor is an underscore within a word.
    /[*~](?!(?<=\s[*~])\s)/u,
    /_(?!(?<=\s_)\s|(?<=[\p{L}\p{N}]_)[\p{L}\p{N}])/u,
  ]
    .map(({ source }) => source)
    .join("|"),
  "giu",
);

/** A single one of these is not markup. */
const IN_PAIRS: ReadonlySet<string> = new Set(["*", "_", "~"]);

/** Printable ASCII without the backslash, which browsers treat as a slash. */
const AS_SENT = /^[!-[\]-~]*$/u;
const IN_BALANCE = /^[^()]*(?:\([^()]*\)[^()]*)*$/u;
