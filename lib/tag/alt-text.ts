import { truncate } from "../truncate.ts";

/** Why a description is refused. Each reason has a sentence in `lib/i18n`. */
export type AltTextProblem = "too_long" | "several_lines" | "file_name" | "says_nothing";

export const MAX_ALT_LENGTH = 500;

/**
 * Finds a problem with a description, because merely requiring the field yields live pages with
 * "image" and "IMG_0001.jpg" (opengovsg/isomer#3348). An empty description is fine. The text is
 * judged as people see it: composed (macOS decomposes 한글 in file names) and without invisible
 * characters.
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

/**
 * An image's first description: the one that came with its file, unless it has a problem. People
 * get no error for text that they did not write.
 */
export function toFirstAlt(altText: string): string {
  const alt = truncate(altText.normalize("NFC").replaceAll(/\s+/gu, " ").trim(), MAX_ALT_LENGTH);
  return inspectAltText(alt) === undefined ? alt : "";
}

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * Digits, and separators between those of a date and a time. "…" appears where a program shortens a
 * long name.
 */
const STAMP = String.raw`\d(?:[\d\s.…:_-]|at|am|pm|wa|오전|오후)*`;
/** " (1)", " copy 2", "@2x", "~2", and then "_Slack" or "_1a2b3c4d". */
const BEHIND = String.raw`(?:\s*\(\d+\)|[\s-]copy(?: \d+)?|@\dx|~\d+)*(?:_\S.{0,40})?`;

const FILE_NAME = /^\S(?:[^/\\]*\S)?\.(?:avif|bmp|gif|heic|heif|jpe?g|png|svg|tiff?|webp)$/iu;

/**
 * Names that cameras, phones, messengers and screenshot tools give: a word and digits, with many
 * digits required after an ordinary word.
 */
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

/**
 * Reduces the text to a bare word, so that "An image", "Image 1.", "(photo)" and "사진입니다" match too.
 */
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
