import { inspectUrl } from "../url.ts";

export const MAX_LINK_LENGTH = 2000;

/**
 * Whether a tag may link to the text: an absolute `http`, `https` or `mailto` URL. Anything else
 * could be a script.
 */
export function isLink(text: string): boolean {
  return text.length <= MAX_LINK_LENGTH && LINK.test(text) && inspectUrl(text) !== undefined;
}

/**
 * Removes invisible characters, which copying often adds. Those that join letters or emoji belong
 * to the address.
 */
export function cleanLink(text: string): string {
  return text.replaceAll(INVISIBLE, "").trim();
}

const INVISIBLE =
  /(?!(?<=[\p{Script=Arabic}\p{Mark}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\p{Join_Control}\p{Variation_Selector}])\p{Default_Ignorable_Code_Point}/gu;

/**
 * Requires the slashes: "https:example.com" is a URL too, but nobody means it. Excludes control
 * characters and spaces.
 */
const LINK = /^(?:https?:\/\/[^\s/\\?#\p{Control}]|mailto:[^\s\p{Control}@]+@)[^\s\p{Control}]*$/iu;
