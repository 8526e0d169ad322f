import { arePlacesSafe } from "./are-places-safe.ts";
import { escapeHtml, escapeMarkdown, escapeMarkdownUrl } from "./escape.ts";

export const TAG_FORMATS = ["html", "wrapped", "markdown", "url", "custom", "picture"] as const;
export type TagFormat = (typeof TAG_FORMATS)[number];

export interface NamedTag {
  format: TagFormat;
  tag: string;
}

/** The facts about one published image that a tag can show. */
export interface TagImage {
  /** Absolute and percent-encoded. */
  url: string;
  alt: string;
  /** `http:`, `https:` or `mailto:`, checked on input. */
  link?: string | undefined;
  /** The displayed size, in CSS pixels. */
  width: number;
  height: number;
  /** The file's name in Slack. */
  filename: string;
  /** The object key. */
  key: string;
  /** The variants, for a `picture` tag. */
  variants: readonly TagVariant[];
}

/** A WebP of another width than the image. */
export interface TagVariant {
  /** Absolute and percent-encoded. */
  url: string;
  /** In the copy's own pixels. */
  width: number;
}

export interface TagStyle {
  /** The class of the `div` around a `wrapped` tag. */
  wrapperClass: string;
  /** The template of a `custom` tag: HTML with {@link PLACEHOLDERS}. */
  template: string;
}

/** Renders the tag as plain text, exactly as people paste it. */
export function renderTag(format: TagFormat, image: TagImage, style: TagStyle): string {
  return RENDERERS[format](image, style);
}

/**
 * Splits a template into text and placeholders. `undefined`: it has an unknown placeholder, shows
 * no image, or has a placeholder where a value could become markup.
 */
export function parseTemplate(template: string): TemplatePart[] | undefined {
  const parts = template.split(/(\{\w*\})/u).map(toTemplatePart);
  if (parts.includes(undefined) || !arePlacesSafe(template)) {
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
  picture: renderPicture,
};

function renderHtml(image: TagImage): string {
  return renderLink(image, renderImg(image));
}

function renderImg({ url, alt, width, height }: TagImage): string {
  return `<img src="${escapeHtml(url)}" alt="${escapeHtml(alt)}" width="${width}" height="${height}">`;
}

function renderLink({ link }: TagImage, content: string): string {
  return link === undefined ? content : `<a href="${escapeHtml(link)}">${content}</a>`;
}

/**
 * The image takes the window's width, up to the width in the tag. Without variants the browser has
 * no choice, so a plain tag suffices.
 */
function renderPicture(image: TagImage): string {
  if (image.variants.length === 0) {
    return renderHtml(image);
  }
  const candidates = image.variants
    .toSorted((one, other) => one.width - other.width)
    .map(({ url, width }) => `${escapeSrcsetUrl(url)} ${width}w`);
  const srcset = escapeHtml(candidates.join(", "));
  const sizes = `(max-width: ${image.width}px) 100vw, ${image.width}px`;
  const source = `<source type="image/webp" srcset="${srcset}" sizes="${sizes}">`;
  return renderLink(image, `<picture>${source}${renderImg(image)}</picture>`);
}

/** A `srcset` is split at white space and at adjacent commas (HTML, section 4.8.4.2.1). */
function escapeSrcsetUrl(url: string): string {
  return url.replaceAll(/[\s,]/gu, (character) => encodeURIComponent(character));
}

function renderMarkdown(image: TagImage): string {
  const img = `![${escapeMarkdown(image.alt)}](${escapeMarkdownUrl(image.url)})`;
  return image.link === undefined ? img : `[${img}](${escapeMarkdownUrl(image.link)})`;
}

/** Escapes every value: the template is HTML, but a description is never markup. */
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
