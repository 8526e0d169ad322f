import { describe, expect, it } from "vitest";
import type { Block } from "../../../dev/playground/api.ts";
import { splitBlocks } from "../../../dev/playground/page/blocks/pieces.ts";
import { renderReply } from "../../../lib/blocks/reply.ts";
import { en } from "../../../lib/i18n/en.ts";
import type { RecordImage } from "../../../lib/records/record.ts";

describe("splitBlocks()", () => {
  it("keeps the order of a reply and draws all of it", () => {
    const pieces = splitBlocks(replyOf([uploaded("F1"), uploaded("F2"), FAILED]), true);

    expect(pieces.map(({ kind }) => kind).join(" ")).toBe(
      `${IMAGE_KINDS} divider ${IMAGE_KINDS} divider section rich`,
    );
  });

  it("gives exact text exactly", () => {
    const pieces = splitBlocks(replyOf([uploaded("F1")]), true);

    expect(pieces.find(({ kind }) => kind === "snippet")).toMatchObject({ text: tagOf("F1") });
  });

  it("gives a confirm dialog's own words", () => {
    const actions = splitBlocks(replyOf([uploaded("F1")]), true).find(
      (piece) => piece.kind === "actions",
    );

    expect(actions?.buttons.map(({ label }) => label)).toEqual([en.editTags, en.deleteImage]);
    expect(actions?.buttons[1]?.confirm).toMatchObject({
      title: en.confirmDelete.title,
      confirm: en.confirmDelete.confirm,
      deny: en.confirmDelete.deny,
      isDanger: true,
    });
  });

  it("knows a button again when an image before it goes", () => {
    const before = splitBlocks(replyOf([uploaded("F1"), uploaded("F2")]), true);
    const after = splitBlocks(replyOf([uploaded("F2")]), true);
    const keys = (pieces: typeof before) =>
      pieces.flatMap((piece) =>
        piece.kind === "actions" ? piece.buttons.map(({ key }) => `${piece.key} ${key}`) : [],
      );

    expect(keys(after)).toEqual(keys(before).slice(2));
  });

  it("has no key twice", () => {
    const twice = [...replyOf([uploaded("F1")]), ...replyOf([uploaded("F1")])];
    const keys = splitBlocks(twice, true).map(({ key }) => key);

    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each([
    ["a block", { type: "video" }],
    ["a block without what it needs", { type: "section", text: "words" }],
    ["an image from elsewhere", { type: "image", image_url: "https://e.com/a.png", alt_text: "" }],
    ["an element", { type: "actions", elements: [{ type: "overflow", options: [] }] }],
    ["a button that opens an address", { type: "actions", elements: [{ ...BUTTON, url: "x:y" }] }],
    ["an accessory", { type: "section", text: WORDS, accessory: { type: "datepicker" } }],
    ["a part of a context", { type: "context", elements: [{ type: "button" }] }],
    ["a part of rich text", { type: "rich_text", elements: [{ type: "rich_text_table" }] }],
    [
      "a word of rich text",
      {
        type: "rich_text",
        elements: [{ type: "rich_text_section", elements: [{ type: "date", timestamp: 1 }] }],
      },
    ],
  ])("says that it cannot draw %s", (_, block) => {
    expect(splitBlocks([block], true).at(-1)).toMatchObject({
      kind: "unknown",
      reason: expect.stringMatching(/^The playground /u),
    });
  });

  it("draws the buttons beside one that it cannot draw", () => {
    const pieces = splitBlocks(
      [{ type: "actions", elements: [{ type: "overflow" }, BUTTON] }],
      true,
    );

    expect(pieces.map(({ kind }) => kind)).toEqual(["actions", "unknown"]);
  });

  it("shows no button where nobody takes a press", () => {
    expect(splitBlocks([{ type: "actions", elements: [BUTTON] }], false)).toMatchObject([
      { kind: "unknown", source: BUTTON },
    ]);
  });

  it("begins to count anew behind a list of another kind", () => {
    const [bullets, numbers] = (["bullet", "ordered"] as const).map((style) => ({
      type: "rich_text_list",
      style,
      elements: [],
    }));

    expect(
      splitBlocks([{ type: "rich_text", elements: [bullets, bullets, numbers] }], true),
    ).toMatchObject([{ elements: [bullets, bullets] }, { elements: [numbers] }]);
  });

  it("takes plain text at its word", () => {
    expect(splitBlocks([{ type: "section", text: WORDS }], true)).toMatchObject([
      { elements: [{ elements: [{ type: "text", text: WORDS.text }] }] },
    ]);
  });

  it("loads a Slack file from the local stack alone", () => {
    const block = { type: "image", slack_file: { id: "F1/../x" }, alt_text: "<img>" };

    expect(splitBlocks([block], true)).toMatchObject([
      { image: { src: "/local/files/F1%2F..%2Fx", alt: "<img>" } },
    ]);
  });
});

const IMAGE_KINDS = "rich snippet context actions";
const WORDS = { type: "plain_text", text: "*a* <!channel> <img src=x onerror=y>" } as const;
const BUTTON = {
  type: "button",
  text: { type: "plain_text", text: "Press" },
  action_id: "press",
} as const;

function replyOf(images: RecordImage[]): Block[] {
  const [part] = renderReply(images, {
    ref: "messages/T1/C1/1652227646.593159",
    messages: en,
    maxImageBytes: 1000,
    renderTags: ({ fileId }) => [{ format: "html", tag: tagOf(fileId) }],
  });
  return (part?.blocks ?? []).map((block) => ({ ...block }));
}

function tagOf(fileId: string): string {
  return `<img src="https://e.com/${fileId}.png" alt="&quot;<b>">`;
}

function uploaded(fileId: string): RecordImage {
  return {
    fileId,
    name: `${fileId}.png`,
    uuid: "3f2a91b0-7c1e-4d02-9a55-6b0c8e1f2d34",
    requestedBy: [],
    retries: 0,
    alt: "",
    state: "uploaded",
    key: `images/${fileId}.png`,
    type: "image/png",
    width: 2,
    height: 2,
    bytes: 100,
    sha256: "a",
  };
}

const FAILED: RecordImage = {
  fileId: "F9",
  name: "late.png",
  uuid: "3f2a91b0-7c1e-4d02-9a55-6b0c8e1f2d35",
  requestedBy: [],
  retries: 0,
  alt: "",
  state: "failed",
  code: "not_downloaded",
};
