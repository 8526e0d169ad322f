import { describe, expect, it } from "vitest";
import type { ModalView } from "../../../dev/playground/api.ts";
import {
  collectValues,
  fieldsIn,
  findFilesProblem,
  splitView,
} from "../../../dev/playground/page/modal/fields.ts";
import { renderImageTagsModal, renderUploadFilesModal } from "../../../lib/blocks/modals.ts";
import { en } from "../../../lib/i18n/en.ts";

const IMAGE = {
  fileId: "F1",
  name: "a.png",
  bytes: 1000,
  isPreviewable: true,
  base: "record",
  alt: "A stall",
  link: "",
  decorative: true,
} as const;

describe("splitView()", () => {
  it("finds the fields of an image between what is said about it", () => {
    const parts = splitView(tagsView([IMAGE, { ...IMAGE, fileId: "F2" }]));

    expect(
      parts.map((part) => (part.kind === "field" ? part.key : part.blocks.length)).join(" "),
    ).toBe(
      "2 alt:F1:record decorative:F1:record link:F1:record 3 alt:F2:record decorative:F2:record link:F2:record",
    );
  });

  it("names a field as Slack does, and says what it takes", () => {
    const [files] = fieldsIn(splitView(renderedView(renderUploadFilesModal(en))));

    expect(files).toMatchObject({
      kind: "files",
      label: en.fields.files,
      hint: en.fields.filesHint,
      isOptional: false,
      maxFiles: 10,
    });
  });

  it("leaves an input that it does not know to be shown as such", () => {
    const block = {
      type: "input",
      block_id: "day",
      label: { type: "plain_text", text: "Day" },
      element: { type: "datepicker", action_id: "day" },
    };

    expect(splitView({ blocks: [block] })).toMatchObject([{ kind: "blocks", blocks: [block] }]);
  });
});

describe("collectValues()", () => {
  it("sends what the app put in", () => {
    expect(collectValues(tagsView([IMAGE]), {})).toEqual({
      "alt:F1:record": "A stall",
      "decorative:F1:record": ["decorative"],
      "link:F1:record": null,
    });
  });

  it("sends what was typed, also nothing, and no field that is gone", () => {
    const typed = { "alt:F1:record": "", "decorative:F1:record": [], "alt:F2:record": "gone" };

    expect(collectValues(tagsView([IMAGE]), typed)).toEqual({
      "alt:F1:record": null,
      "decorative:F1:record": [],
      "link:F1:record": null,
    });
  });

  it("sends what Slack has of an earlier try", () => {
    const values = {
      "alt:F1:record": { alt: { type: "plain_text_input", value: "Sent before" } },
      "decorative:F1:record": { decorative: { type: "checkboxes", selected_options: [] } },
      "link:F1:record": { link: { type: "plain_text_input", value: null } },
    };

    expect(collectValues({ ...tagsView([IMAGE]), state: { values } }, {})).toEqual({
      "alt:F1:record": "Sent before",
      "decorative:F1:record": [],
      "link:F1:record": null,
    });
  });

  it("sends files only where some were chosen here", () => {
    const view = renderedView(renderUploadFilesModal(en));
    const file = new File(["a"], "a.png");

    expect(collectValues(view, {})).not.toHaveProperty("files");
    expect(collectValues(view, { files: [file] })).toMatchObject({ files: [file] });
    expect(collectValues(view, { files: [] })).toMatchObject({ files: [] });
  });
});

describe("findFilesProblem()", () => {
  const field = fieldsIn(splitView(renderedView(renderUploadFilesModal(en)))).find(
    ({ kind }) => kind === "files",
  );
  const problemOf = (names: readonly string[]) =>
    field?.kind === "files"
      ? findFilesProblem(
          field,
          names.map((name) => ({ name })),
        )
      : "no field";

  it.each([
    ["ten images", Array.from({ length: 10 }, (_, index) => `${index}.PNG`), undefined],
    [
      "eleven",
      Array.from({ length: 11 }, (_, index) => `${index}.png`),
      "Please choose at most 10 files.",
    ],
    ["a PDF", ["a.png", "b.pdf"], "b.pdf is not of an accepted type."],
    ["a name without an end", ["png.", "noend"], "png. is not of an accepted type."],
    ["none", [], undefined],
  ])("judges %s", (_, names, sentence) => {
    expect(problemOf(names)).toBe(sentence);
  });
});

function tagsView(
  images: readonly (typeof IMAGE | (Omit<typeof IMAGE, "fileId"> & { fileId: string }))[],
) {
  return renderedView(
    renderImageTagsModal({ images, privateMetadata: "{}", withPreviews: true }, en),
  );
}

function renderedView(rendered: {
  blocks: readonly { type: string }[];
  title: { type: "plain_text"; text: string };
}): ModalView {
  return {
    id: "V1",
    hash: "1.a",
    callback_id: "c",
    title: rendered.title,
    submit: null,
    close: null,
    blocks: rendered.blocks.map((block) => ({ ...block })),
    state: { values: {} },
  };
}
