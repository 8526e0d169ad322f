import { describe, expect, it } from "vitest";
import { inspectAltText, MAX_ALT_LENGTH, toFirstAlt } from "../../lib/tag/alt-text.ts";

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
    "Photo 3 of 12: the harbour",
    "Screenshot of the settings in 2026_draft",
    "Signal 3",
    "Image 2026: a look ahead",
    "WhatsApp Image Sharing, explained",
    "Image from iOS shows the new home screen",
    "두 아이가 나무를 심는 사진".normalize("NFD"),
    "가".repeat(MAX_ALT_LENGTH).normalize("NFD"),
    "a".repeat(MAX_ALT_LENGTH),
    ` ${"a".repeat(MAX_ALT_LENGTH)} `,
  ])("accepts %j", (alt) => {
    expect(inspectAltText(alt)).toBeUndefined();
  });

  it.each(["a".repeat(MAX_ALT_LENGTH + 1), "가".repeat(MAX_ALT_LENGTH + 1)])(
    "refuses 501 characters",
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
    "KakaoTalk_20260301_120000123_01",
    "스크린샷 2026-03-01 오후 3.21.45".normalize("NFD"),
    "캡처_2026-03-01",
    "Screenshot_20260301-100000_Slack",
    "Screenshot_20260301_100000_Samsung Internet",
    "Screenshot_2026-03-01-10-00-00-123_com.Slack",
    "Screenshot_2026…_Slack",
    "Screenshot from 2026-03-01 10-00-00",
    "Screenshot 2026-03-01 at 10.00.00\u202FAM (2)",
    "\u200EScreenshot 2026-03-01 at 10.00.00",
    "CleanShot 2026-03-01 at 10.00.00@2x",
    "WhatsApp Image 2026-03-01 at 10.00.00",
    "WhatsApp Image 2026-03-01 at 10.00.00 PM (1)",
    "WhatsApp Image 2026-03-01 at 10.00.00_1a2b3c4d",
    "WhatsApp Image 2026-…",
    "IMG-20260301-WA0001",
    "IMG_0001 (1)",
    "IMG_0001 copy 2",
    "photo_2026-03-01_10-00-00",
    "image-20260301-100000",
    "FB_IMG_1234567890123",
    "P1010001",
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
    "사진".normalize("NFD"),
    "이미지입니다".normalize("NFD"),
    "스크린샷".normalize("NFD"),
    "사\u200B진",
    "\u200B",
    "Image from iOS",
    "Image from iOS (1)",
    "image from Android",
  ])("refuses %j, which says nothing", (alt) => {
    expect(inspectAltText(alt)).toBe("says_nothing");
  });
});

describe("toFirstAlt()", () => {
  it("keeps a meaningful description, normalized and on one line, and nothing else", () => {
    expect(toFirstAlt(" Two children\n plant a tree ")).toBe("Two children plant a tree");
    expect(toFirstAlt("나무를 심는 두 아이".normalize("NFD"))).toBe("나무를 심는 두 아이");
    expect(toFirstAlt("사진".normalize("NFD"))).toBe("");
    expect(toFirstAlt("Image from iOS")).toBe("");
    expect(toFirstAlt("Screenshot_20260301-100000_Slack")).toBe("");
  });
});
