import { truncate } from "../truncate.ts";

/** Why a description is refused; each has a sentence in the catalogue of `lib/i18n`. */
export type AltTextProblem = "too_long" | "several_lines" | "file_name" | "says_nothing";

export const MAX_ALT_LENGTH = 500;

/**
 * What is wrong with a description, if anything: a required field alone yields live pages with "image"
 * and "IMG_0001.jpg" (opengovsg/isomer#3348). An empty one is fine. It is judged as people see it: composed (macOS
 * decomposes 한글 in names of files) and without what is invisible.
 */
export function inspectAltText(alt: string): AltTextProblem | undefined {
  const text = alt.normalize("NFC").replaceAll(INVISIBLE, "").trim();
  if (text.length > MAX_ALT_LENGTH) {
    return "too_long";
  }
  if (/[\n\r\u2028\u2029]/u.test(text)) {
    return "several_lines";
  }
  if (FILE_NAME.test(text) || CAMERA_NAME.test(text)) {
    return "file_name";
  }
  const isBlank = text === "" && alt.trim() !== "";
  return isBlank || NOTHING.has(toBareWord(text)) ? "says_nothing" : undefined;
}

/** The first description of an image: the one that came with its file, if it is one. Nobody is blamed for what they did not write. */
export function toFirstAlt(altText: string): string {
  const alt = truncate(altText.normalize("NFC").replaceAll(/\s+/gu, " ").trim(), MAX_ALT_LENGTH);
  return inspectAltText(alt) === undefined ? alt : "";
}

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/** Digits, and what stands between those of a date and a time; programs that show a long name cut it with "…". */
const STAMP = String.raw`\d(?:[\d\s.…:_-]|at|am|pm|wa|오전|오후)*`;
/** " (1)", " copy 2", "@2x", "~2", and then "_Slack" or "_1a2b3c4d" */
const BEHIND = String.raw`(?:\s*\(\d+\)|[\s-]copy(?: \d+)?|@\dx|~\d+)*(?:_\S.{0,40})?`;

const FILE_NAME = /^\S(?:[^/\\]*\S)?\.(?:avif|bmp|gif|heic|heif|jpe?g|png|svg|tiff?|webp)$/iu;

/** As cameras, phones, messengers and screenshot tools name files: a word and digits, many of them where it is a plain word. */
const CAMERA_NAME = new RegExp(
  `^(?:(?:${[
    "dji",
    "dsc[fn]?",
    "(?:fb[ _])?img",
    "gopr",
    "kakaotalk(?:[ _]photo)?",
    "mvimg",
    "pxl",
    "(?:clean|screen) ?shot(?: from)?",
    "스크린샷",
    "(?:(?:pasted|whatsapp) image|image|p|photo|received|signal|snipaste|사진|이미지|(?:화면 ?)?캡[처쳐])(?=[\\s_-]*\\d{4})",
  ].join("|")})[\\s_-]*e?${STAMP}|\\d{8}[_-]\\d{6}(?:\\d{3})?)${BEHIND}$`,
  "iu",
);

/** The bare word, so that "An image", "Image 1.", "(photo)" and "사진입니다" are found too. */
function toBareWord(text: string): string {
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
  "imagefromandroid",
  "imagefromios",
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
  "캡쳐",
  "테스트",
]);
