import { escapeHtml, escapeMarkdown, escapeMarkdownUrl } from "./escape.ts";

export const TAG_FORMATS = ["html", "wrapped", "markdown", "url", "custom"] as const;
export type TagFormat = (typeof TAG_FORMATS)[number];

/** What a tag says of one published image. */
export interface TagImage {
  /** Absolute and percent-encoded. */
  url: string;
  alt: string;
  /** `http:`, `https:` or `mailto:`, checked where it was typed in. */
  link?: string | undefined;
  /** As displayed, in CSS pixels. */
  width: number;
  height: number;
  /** The name that the file had in Slack. */
  filename: string;
  /** The object key. */
  key: string;
}

export interface TagStyle {
  /** Of the `div` around a `wrapped` tag. */
  wrapperClass: string;
  /** Of a `custom` tag: HTML with {@link PLACEHOLDERS}. */
  template: string;
}

/** The tag as plain text, exactly as it is to be pasted. */
export function renderTag(format: TagFormat, image: TagImage, style: TagStyle): string {
  return RENDERERS[format](image, style);
}

/** A template cut into text and placeholders, or `undefined` when it names an unknown one or shows no image. */
export function parseTemplate(template: string): TemplatePart[] | undefined {
  const parts = template.split(/(\{\w*\})/u).map(toTemplatePart);
  if (parts.includes(undefined)) {
    return undefined;
  }
  const known = parts.filter((part) => part !== undefined);
  return known.some((part) => part.placeholder === "url" || part.placeholder === "key")
    ? known
    : undefined;
}

const PLACEHOLDERS = ["url", "alt", "link", "width", "height", "filename", "key"] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];
type TemplatePart = { text: string; placeholder?: undefined } | { placeholder: Placeholder };

const RENDERERS: Readonly<Record<TagFormat, (image: TagImage, style: TagStyle) => string>> = {
  html: renderHtml,
  wrapped: (image, style) =>
    `<div class="${escapeHtml(style.wrapperClass)}">${renderHtml(image)}</div>`,
  markdown: renderMarkdown,
  url: (image) => image.url,
  custom: renderTemplate,
};

function renderHtml(image: TagImage): string {
  const img = `<img src="${escapeHtml(image.url)}" alt="${escapeHtml(image.alt)}" width="${image.width}" height="${image.height}">`;
  return image.link === undefined ? img : `<a href="${escapeHtml(image.link)}">${img}</a>`;
}

function renderMarkdown(image: TagImage): string {
  const img = `![${escapeMarkdown(image.alt)}](${escapeMarkdownUrl(image.url)})`;
  return image.link === undefined ? img : `[${img}](${escapeMarkdownUrl(image.link)})`;
}

/** Every value is HTML-escaped: whoever writes a template writes HTML, and a description is never markup. */
function renderTemplate(image: TagImage, style: TagStyle): string {
  return (parseTemplate(style.template) ?? [])
    .map((part) =>
      part.placeholder === undefined
        ? part.text
        : escapeHtml(String(image[part.placeholder] ?? "")),
    )
    .join("");
}

function toTemplatePart(text: string): TemplatePart | undefined {
  const name = /^\{(\w*)\}$/u.exec(text)?.[1];
  if (name === undefined) {
    return { text };
  }
  const placeholder = PLACEHOLDERS.find((candidate) => candidate === name);
  return placeholder === undefined ? undefined : { placeholder };
}
