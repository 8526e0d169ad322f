import { truncate } from "../truncate.ts";

/** Why a description is refused; each has a sentence in the catalogue of `lib/i18n`. */
export type AltTextProblem = "too_long" | "several_lines" | "file_name" | "says_nothing";

export const MAX_ALT_LENGTH = 500;

/**
 * What is wrong with a description, if anything: a required field alone yields live pages with "image"
 * and "IMG_0001.jpg" (opengovsg/isomer#3348). An empty one is fine.
 */
export function inspectAltText(alt: string): AltTextProblem | undefined {
  const text = alt.trim();
  if (text.length > MAX_ALT_LENGTH) {
    return "too_long";
  }
  if (/[\n\r\u2028\u2029]/u.test(text)) {
    return "several_lines";
  }
  if (FILE_NAME.test(text) || CAMERA_NAME.test(text)) {
    return "file_name";
  }
  return NOTHING.has(normalize(text)) ? "says_nothing" : undefined;
}

/** The first description of an image: the one that came with its file, if it is one. Nobody is blamed for what they did not write. */
export function toFirstAlt(altText: string): string {
  const alt = truncate(altText.replaceAll(/\s+/gu, " ").trim(), MAX_ALT_LENGTH);
  return inspectAltText(alt) === undefined ? alt : "";
}

const FILE_NAME = /^\S(?:[^/\\]*\S)?\.(?:avif|bmp|gif|heic|heif|jpe?g|png|svg|tiff?|webp)$/iu;

/** As cameras, phones, messengers and screenshot tools name files, without the extension. */
const CAMERA_NAME =
  /^(?:(?:dsc[fn]?|img|kakaotalk(?:_photo)?|mvimg|pxl|screen ?shot|스크린샷)[\s_-]*e?\d(?:[\d\s._-]|at|am|pm|오전|오후)*|\d{8}_\d{6})$/iu;

/** The bare word, so that "An image", "Image 1.", "(photo)" and "사진입니다" are found too. */
function normalize(text: string): string {
  return text
    .toLowerCase()
    .replace(/^(?:an?|the)\s+/u, "")
    .replaceAll(/[^\p{Letter}]/gu, "")
    .replace(/입니다$/u, "");
}

const NOTHING: ReadonlySet<string> = new Set([
  "alt",
  "alttext",
  "banner",
  "description",
  "graphic",
  "image",
  "images",
  "img",
  "jpeg",
  "jpg",
  "logo",
  "photo",
  "photos",
  "photograph",
  "pic",
  "picture",
  "pictures",
  "png",
  "screenshot",
  "screenshots",
  "test",
  "thisisthealttext",
  "untitled",
  "그림",
  "대체텍스트",
  "로고",
  "배너",
  "사진",
  "설명",
  "스크린샷",
  "이미지",
  "캡처",
  "테스트",
]);
