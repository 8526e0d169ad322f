/** For text and for attribute values in double quotes (HTML, section 13.1.2.3). */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (character) => HTML_ENTITIES[character] ?? character);
}

/** For the text of a Markdown link or image: on one line, nothing in it is markup (CommonMark, section 2.4). */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/\s+/gu, " ").replaceAll(/[\\`*_[\]<>!&~|]/gu, String.raw`\$&`);
}

/** For a destination between `(` and `)`: what would end it or break it is percent-encoded. */
export function escapeMarkdownUrl(url: string): string {
  return url.replaceAll(
    /[\s()<>\\]/gu,
    (character) => ENCODED_PARENTHESES[character] ?? encodeURIComponent(character),
  );
}

const HTML_ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const ENCODED_PARENTHESES: Readonly<Record<string, string>> = { "(": "%28", ")": "%29" };
