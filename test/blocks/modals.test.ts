import { describe, expect, it } from "vitest";
import { validateView } from "../../dev/local-slack/block-kit/validate.ts";
import {
  MAX_MODAL_IMAGES,
  type ModalImage,
  renderImageTagsModal,
  renderNoticeModal,
  renderUploadFilesModal,
} from "../../lib/blocks/modals.ts";
import { en } from "../../lib/i18n/en.ts";
import { ko } from "../../lib/i18n/ko.ts";

const IMAGE: ModalImage = {
  fileId: "F0ONE",
  name: "sunrise.jpg",
  bytes: 48_213,
  isPreviewable: true,
  base: "record",
  alt: "",
  link: "",
  decorative: false,
};

function render(images: ModalImage[], { withPreviews = false, notice = "", messages = en } = {}) {
  return renderImageTagsModal(
    { images, privateMetadata: "{}", withPreviews, ...(notice !== "" && { notice }) },
    messages,
  );
}

describe("renderImageTagsModal()", () => {
  it("holds the longest values that a record can have, in both languages", () => {
    const full = {
      ...IMAGE,
      name: "n".repeat(300),
      alt: "a".repeat(500),
      link: "https://example.com/".padEnd(2000, "a"),
      decorative: true,
    };
    for (const messages of [en, ko]) {
      const view = render([full], { withPreviews: true, notice: "Gone.", messages });
      expect(validateView(view).problems).toEqual([]);
      expect(JSON.stringify(view)).toContain('"initial_options"');
    }
  });

  it.each([1, MAX_MODAL_IMAGES, MAX_MODAL_IMAGES + 1, 100])(
    "stays within Slack's limits with %i images",
    (count) => {
      const images = Array.from({ length: count }, (_, index) => ({
        ...IMAGE,
        fileId: `F${index}`,
      }));
      const view = render(images, { withPreviews: true, notice: "Gone." });
      expect(validateView(view).problems).toEqual([]);
      const isTold = JSON.stringify(view).includes("uploaded, too");
      expect(isTold).toBe(count > MAX_MODAL_IMAGES);
    },
  );

  it("asks for the description first, then decorative, then the link, image after image", () => {
    const images = [IMAGE, { ...IMAGE, fileId: "F0TWO" }];
    const { blocks } = render(images, { withPreviews: true, notice: "Gone." });
    const fields = (fileId: string) =>
      ["alt", "decorative", "link"].map((field) => `${field}:${fileId}:record`);
    expect(blocks.map(({ type, block_id: id }) => id ?? type)).toEqual(
      [
        ["rich_text", "divider"],
        ["rich_text", "image", ...fields("F0ONE"), "divider"],
        ["rich_text", "image", ...fields("F0TWO")],
      ].flat(),
    );
  });

  it("shows previews of what Slack can show, and only when it is asked to", () => {
    const images = [IMAGE, { ...IMAGE, fileId: "F0TWO", isPreviewable: false }];
    const previews = (withPreviews: boolean) =>
      render(images, { withPreviews }).blocks.filter(({ type }) => type === "image");
    expect(previews(true)).toEqual([
      { type: "image", slack_file: { id: "F0ONE" }, alt_text: "sunrise.jpg" },
    ]);
    expect(previews(false)).toEqual([]);
  });

  it("leaves out an unknown size", () => {
    expect(JSON.stringify(render([{ ...IMAGE, bytes: undefined }]))).not.toContain(" · ");
  });
});

describe("renderUploadFilesModal() and renderNoticeModal()", () => {
  it("are views that Slack accepts, in both languages", () => {
    for (const messages of [en, ko]) {
      const sentences = Object.values(messages.modal).filter((one) => typeof one === "string");
      const views = [
        renderUploadFilesModal(messages),
        ...sentences.map((sentence) => renderNoticeModal(sentence, messages)),
      ];
      for (const view of views) {
        expect(validateView(view).problems).toEqual([]);
      }
    }
  });
});
