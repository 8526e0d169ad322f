import { inspectUrl } from "../url.ts";

export const MAX_LINK_LENGTH = 2000;

/** Whether a tag may link there: an absolute `http`, `https` or `mailto` URL. Anything else could be a script. */
export function isLink(text: string): boolean {
  return text.length <= MAX_LINK_LENGTH && LINK.test(text) && inspectUrl(text) !== undefined;
}

/** With its slashes: "https:example.com" is a URL too, but nobody means it. Without control characters or spaces. */
const LINK = /^(?:https?:\/\/[^\s/\\?#\p{Control}]|mailto:[^\s\p{Control}@]+@)[^\s\p{Control}]*$/iu;
