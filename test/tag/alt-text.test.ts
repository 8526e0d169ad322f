import { describe, expect, it } from "vitest";
import { inspectAltText, MAX_ALT_LENGTH } from "../../lib/tag/alt-text.ts";

describe("inspectAltText()", () => {
  it.each([
    "",
    "A sunrise over the sea",
    "Photo of two children who plant a tree",
    "바다 위로 떠오르는 해",
    "夕日",
    "3",
    "Figure 1.5",
    "How to export a file as .png",
    "Our logo: a blue square",
    "Node.js",
    "a".repeat(MAX_ALT_LENGTH),
    ` ${"a".repeat(MAX_ALT_LENGTH)} `,
  ])("takes %j", (alt) => {
    expect(inspectAltText(alt)).toBeUndefined();
  });

  it.each(["a".repeat(MAX_ALT_LENGTH + 1), "가".repeat(MAX_ALT_LENGTH + 1)])(
    "refuses one character more than 500",
    (alt) => {
      expect(inspectAltText(alt)).toBe("too_long");
    },
  );

  it.each(["two\nlines", "two\r\nlines", "two\rlines", "two\u2028lines", "two\u2029lines"])(
    "refuses %j",
    (alt) => {
      expect(inspectAltText(alt)).toBe("several_lines");
    },
  );

  it.each([
    "sunrise.jpg",
    "SUNRISE.JPG",
    "sunrise.jpeg",
    "my holiday pictures (3).png",
    "스크린샷 2026-03-01 오후 3.21.45.png",
    "a.webp",
    "a.avif",
    "a.heic",
    "a.gif",
    "a.svg",
    " sunrise.jpg ",
    "IMG_0001",
    "IMG-20260301",
    "IMG_E1234",
    "DSC_0042",
    "DSCF1234",
    "PXL_20260301_120000123",
    "20260301_120000",
    "Screenshot 2026-03-01 at 10.00.00",
    "Screen Shot 2026-03-01 at 10.00.00 AM",
    "Screenshot_20260301-100000",
    "스크린샷 2026-03-01 오후 3.21.45",
    "KakaoTalk_20260301_120000123",
    "KakaoTalk_Photo_2026-03-01-12-00-00",
  ])("refuses the file name %j", (alt) => {
    expect(inspectAltText(alt)).toBe("file_name");
  });

  it.each([
    "image",
    "Image",
    "an image",
    "The photo",
    "photo",
    "Photos",
    "a picture.",
    "pic",
    "screenshot",
    "Screen shot",
    "logo",
    "Image 1.",
    "(photo)",
    "alt text",
    "이미지",
    "이미지입니다",
    "이미지 1",
    "사진",
    "사진입니다.",
    "그림",
    "스크린샷",
    "로고",
  ])("refuses %j, which says nothing", (alt) => {
    expect(inspectAltText(alt)).toBe("says_nothing");
  });
});
