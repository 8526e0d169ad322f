import { countBlockText, validateMessageBlocks } from "../../dev/local-slack/block-kit/validate.ts";
import type { NamedTag } from "../../lib/tag/render-tag.ts";
import { describe, expect, it } from "vitest";
import {
  escapeMrkdwn,
  renderProgress,
  renderReply,
  type ReplyOptions,
  type ReplyPart,
  renderResult,
} from "../../lib/blocks/reply.ts";
import { en } from "../../lib/i18n/en.ts";
import { ko } from "../../lib/i18n/ko.ts";
import { FAILURE_CODES, type FailureCode, type RecordImage } from "../../lib/records/record.ts";

const OPTIONS: ReplyOptions = {
  ref: "messages/T1/C1/1.2",
  messages: en,
  maxImageBytes: 52_428_800,
  renderTags: (image) => asTags(`<img src="https://cdn.example.com/${image.key}" alt="">`),
};

function identity(name: string) {
  return { fileId: `F${name}`, name, uuid: name, requestedBy: [], retries: 0, alt: "" };
}

function uploaded(name: string): RecordImage {
  return {
    ...identity(name),
    state: "uploaded",
    key: `images/${name}`,
    type: "image/png",
    width: 1200,
    height: 630,
    bytes: 84_210,
    sha256: "a",
  };
}

function failed(name: string, code: FailureCode): RecordImage {
  return {
    ...identity(name),
    state: "failed",
    code,
    bytes: 61_000_000,
  };
}

describe("renderReply()", () => {
  it("shows name, size in pixels and bytes, and each tag in an element of its own", () => {
    const parts = renderReply([uploaded("a.png")], {
      ...OPTIONS,
      renderTags: () => asTags("<one>", "two"),
    });
    expect(parts).toEqual([
      {
        text: "1 image uploaded: a.png",
        blocks: [
          {
            type: "rich_text",
            elements: [
              {
                type: "rich_text_section",
                elements: [
                  { type: "text", text: "a.png", style: { bold: true } },
                  { type: "text", text: "\nHTML" },
                ],
              },
              { type: "rich_text_preformatted", elements: [{ type: "text", text: "<one>" }] },
              {
                type: "rich_text_section",
                elements: [{ type: "text", text: "Markdown" }],
              },
              { type: "rich_text_preformatted", elements: [{ type: "text", text: "two" }] },
            ],
          },
          facts("No description yet · 1200 × 630 · 82 kB"),
          {
            type: "actions",
            elements: [
              expect.objectContaining({
                action_id: "edit_tags",
                text: { type: "plain_text", text: "Edit link & description" },
                value: "messages/T1/C1/1.2#Fa.png",
              }),
              expect.not.objectContaining({ style: expect.anything() }),
            ],
          },
        ],
      },
    ]);
  });

  it("says why an image failed, with both sizes, and still shows the others", () => {
    const [part] = renderReply([failed("big.png", "too_large"), uploaded("a.png")], OPTIONS);
    expect(textsOf(part)).toEqual([
      "a.png",
      '<img src="https://cdn.example.com/images/a.png" alt="">',
      "big.png",
      " — It is 58 MB; the limit is 50 MB. Make it smaller and post it again.",
    ]);
    expect(part?.blocks.slice(-3)).toMatchObject([
      { type: "divider" },
      { type: "section", text: { text: "⚠️ 1 image was not uploaded." } },
      { type: "rich_text" },
    ]);
    expect(part?.text).toBe("1 image uploaded, 1 not: a.png");
  });

  it("says that nothing was uploaded, in both languages", () => {
    const images = [failed("a.png", "gone")];
    const [english] = renderReply(images, OPTIONS);
    const [korean] = renderReply(images, { ...OPTIONS, messages: ko });
    expect(english?.text).toBe("No files were uploaded.");
    expect(english?.blocks[0]).toEqual({
      type: "section",
      text: { type: "plain_text", text: "⚠️ No files were uploaded." },
    });
    expect(textsOf(english)).toEqual([
      "a.png",
      " — This file is no longer in Slack. Post it again.",
    ]);
    expect(korean?.text).toBe("업로드된 파일이 없습니다.");
  });

  it("keeps ten images in one part and splits thirty, in order", () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `${index}.png`);
    const renderTags = () => asTags("x".repeat(180), "y".repeat(250), "z".repeat(100));
    expect(renderReply(names(10).map(uploaded), { ...OPTIONS, renderTags })).toHaveLength(1);
    const parts = renderReply(names(30).map(uploaded), { ...OPTIONS, renderTags });
    expect(parts).toHaveLength(3);
    const shown = parts.flatMap((part) => textsOf(part)).filter((text) => text.endsWith(".png"));
    expect(shown).toEqual(names(30));
    for (const part of parts) {
      expect(textsOf(part).join("").length).toBeLessThanOrEqual(9000);
    }
  });

  it("shows what was posted if something else is published", () => {
    const image = uploaded("a.webp");
    const shown = (changed: object) =>
      factsIn(renderReply([{ ...image, alt: "Two trees", ...changed }], OPTIONS)[0]);
    const original = { type: "image/png", width: 1200, height: 630, bytes: 1_840_000 };
    expect(shown({ original })).toBe("1200 × 630 · 1.8 MB → 82 kB");
    expect(
      shown({ original: { ...original, width: 2400, height: 1260 }, type: "image/webp" }),
    ).toBe("2400 × 1260 → 1200 × 630 · PNG → WebP · 1.8 MB → 82 kB");
    expect(shown({ density: 2 })).toBe("600 × 315 (half of 1200 × 630 pixels) · 82 kB");
    const heic = { type: "image/heic", bytes: 1_840_000 };
    expect(shown({ original: heic, isPreview: true, removed: ["location"] })).toBe(
      "1200 × 630 · HEIC → PNG · 1.8 MB → 82 kB · Slack's preview, because the photo could not be converted · location removed",
    );
  });

  it("says what people would miss or are glad to lose, and no more", () => {
    const removed = ["location", "credit", "credentials", "hdr", "other"];
    const image = Object.assign(uploaded("a.png"), { removed });
    const shown = (messages: typeof ko) =>
      factsIn(renderReply([image], { ...OPTIONS, messages })[0]);
    expect(shown(OPTIONS.messages)).toBe(
      "No description yet · 1200 × 630 · 82 kB · location removed · content credentials removed · HDR brightness removed",
    );
    expect(shown(ko)).toBe(
      "설명 없음 · 1200 × 630 · 82 kB · 위치 정보 삭제됨 · 콘텐츠 자격 증명 삭제됨 · HDR 밝기 정보 삭제됨",
    );
  });

  it("marks what nobody has described, unless it is decorative", () => {
    const shown = (changed: object) =>
      factsIn(renderReply([{ ...uploaded("a.png"), ...changed }], OPTIONS)[0]);
    expect(shown({})).toBe("No description yet · 1200 × 630 · 82 kB");
    expect(shown({ alt: "Two trees" })).toBe("1200 × 630 · 82 kB");
    expect(shown({ decorative: true })).toBe("1200 × 630 · 82 kB");
  });

  it("offers one retry for all failed images, and strikes out deleted ones", () => {
    const deleted: RecordImage = {
      fileId: "Fold",
      name: "old.png",
      uuid: "old",
      requestedBy: [],
      retries: 0,
      alt: "",
      state: "deleted",
      key: "images/old.png",
      deletedBy: "U1",
      deletedAt: "2026-03-01T12:00:00.000Z",
    };
    const [part] = renderReply(
      [failed("a.png", "not_stored"), failed("b.png", "not_stored"), deleted],
      OPTIONS,
    );
    expect(JSON.stringify(part?.blocks).match(/retry_upload/gu)).toHaveLength(1);
    expect(JSON.stringify(part?.blocks)).toContain(
      '{"type":"text","text":"old.png","style":{"strike":true}}',
    );
    expect(JSON.stringify(part?.blocks)).not.toContain("<img");
  });

  it("offers a retry only if one can help", () => {
    const helped = FAILURE_CODES.filter((code) =>
      JSON.stringify(renderReply([failed("a.png", code)], OPTIONS)).includes("retry_upload"),
    );
    expect(helped).toEqual([
      "heic",
      "no_access",
      "not_ready",
      "not_downloaded",
      "not_stored",
      "not_processed",
    ]);
    const mixed = renderReply([failed("a.svg", "svg"), failed("b.png", "not_stored")], OPTIONS);
    expect(JSON.stringify(mixed)).toContain("retry_upload");
  });

  it("gives no size for a file that is a little over the limit", () => {
    const image = { ...failed("a.png", "too_large"), bytes: 52_428_801 };
    expect(textsOf(renderReply([image], OPTIONS)[0])).toContain(
      " — It is larger than the limit of 50 MB. Make it smaller and post it again.",
    );
    expect(textsOf(renderReply([image], { ...OPTIONS, messages: ko })[0])).toContain(
      " — 제한 용량 50 MB보다 큽니다. 용량을 줄여 다시 올려 주세요.",
    );
  });

  it.each([1, 2, 5, 10, 30])("is taken by Slack with %i images, of which some failed", (count) => {
    const images = Array.from({ length: count }, (_, index) =>
      index % 3 === 1 ? failed(`${index}.png`, "not_stored") : uploaded(`${index}.png`),
    );
    const renderTags = () => asTags("x".repeat(180), "y".repeat(250), "z".repeat(100));
    for (const messages of [en, ko]) {
      const parts = renderReply(images, { ...OPTIONS, messages, renderTags });
      expect(parts.length).toBe(count > 10 ? 3 : 1);
      for (const { blocks } of parts) {
        expect(validateMessageBlocks(blocks).problems).toEqual([]);
        expect(countBlockText(blocks)).toBeLessThanOrEqual(9000);
        expect(blocks[0]?.type).not.toBe("divider");
      }
    }
  });

  it("has a divider between images and before what failed, and no colour outside of confirm dialogs", () => {
    const images = [
      failed("c.png", "svg"),
      uploaded("a.png"),
      uploaded("b.png"),
      failed("d.png", "not_stored"),
    ];
    const [part] = renderReply(images, OPTIONS);
    expect(part?.blocks.map(({ type }) => type)).toEqual(
      "rich_text context actions divider rich_text context actions divider section rich_text rich_text".split(
        " ",
      ),
    );
    expect(part?.blocks.slice(-3)).toMatchObject([
      { accessory: { type: "button", action_id: "retry_upload" } },
      { elements: [{ type: "rich_text_list" }] },
      { elements: [{ type: "rich_text_list" }] },
    ]);
    expect(part?.text).toBe("2 images uploaded, 2 not: a.png, b.png");
    const buttons = JSON.stringify(part?.blocks, (key, value: unknown) =>
      key === "confirm" ? undefined : value,
    );
    expect(buttons).not.toMatch(/"style":"(?:danger|primary)"/u);
  });

  it("says in a notification what is uploading, and what failed beside what was deleted", () => {
    const pending: RecordImage = { ...identity("b.png"), state: "pending" };
    const deleted: RecordImage = {
      ...identity("c.png"),
      state: "deleted",
      deletedBy: "U1",
      deletedAt: "2026-03-01T12:00:00.000Z",
    };
    const textOf = (...images: RecordImage[]) => renderReply(images, OPTIONS)[0]?.text;
    expect(textOf(pending)).toBe("Uploading 1 image…");
    expect(textOf(uploaded("a.png"), pending, pending)).toBe("Uploading 2 images…");
    expect(textOf(deleted, failed("d.png", "svg"))).toBe("1 image was not uploaded.");
    expect(textOf(deleted)).toBe("Deleted.");
  });

  it("never exceeds 50 blocks in a part", () => {
    const images = Array.from({ length: 120 }, (_, index) => uploaded(`${index}`));
    const parts = renderReply(images, { ...OPTIONS, renderTags: () => asTags("x") });
    expect(parts.map((part) => part.blocks.length)).toEqual(Array(10).fill(47));
  });

  it("spreads an image's tags over parts if they are too long together, and says so if one alone is", () => {
    const renderTags = () => asTags("a".repeat(5000), "b".repeat(5000), "c".repeat(20_000));
    const parts = renderReply([uploaded("a.png")], { ...OPTIONS, renderTags });
    expect(parts).toHaveLength(2);
    expect(textsOf(parts[1]).at(-1)).toBe("This tag is too long for Slack to show.");
  });

  it("cuts the notification text to what chat.update accepts", () => {
    const images = Array.from({ length: 30 }, (_, index) => uploaded("&".repeat(200) + index));
    const [part] = renderReply(images, OPTIONS);
    expect(part?.text.length).toBeLessThanOrEqual(4000);
    expect(part?.text.endsWith("…")).toBe(true);
  });
});

describe("renderResult()", () => {
  it("is the reply without its buttons, and a view has room for it", () => {
    const images = Array.from({ length: 40 }, (_, index) => uploaded(`${index}.png`));
    const few = renderResult([uploaded("a.png"), failed("b.png", "svg")], OPTIONS);
    expect(few.map(({ type }) => type)).toEqual([
      "rich_text",
      "context",
      "divider",
      "section",
      "rich_text",
    ]);
    expect(renderResult(images, OPTIONS)).toHaveLength(100);
  });
});

describe("renderProgress()", () => {
  it("counts the images", () => {
    expect(renderProgress(1, en).text).toBe("Uploading 1 image…");
    expect(renderProgress(3, en).text).toBe("Uploading 3 images…");
    expect(renderProgress(3, ko).text).toBe(
      "이미지 3개를 업로드하는 중입니다. 잠시만 기다려 주세요!",
    );
  });
});

describe("escapeMrkdwn()", () => {
  it("escapes Slack's three characters and nothing else", () => {
    expect(escapeMrkdwn('<!channel> & "*_~`')).toBe('&lt;!channel&gt; &amp; "*_~`');
  });
});

/** Returns the texts in the part's rich_text, in order, without button labels. */
function textsOf(node: unknown): string[] {
  if (typeof node !== "object" || node === null) {
    return [];
  }
  const isText = "type" in node && node.type === "text" && "text" in node;
  return isText ? [String(node.text)] : Object.values(node).flatMap(textsOf);
}

function facts(text: string) {
  return { type: "context", elements: [{ type: "plain_text", text }] };
}

/** The first small grey line of the part. */
function factsIn(part: ReplyPart | undefined): string | undefined {
  const block = part?.blocks.find(({ type }) => type === "context");
  return block?.type === "context" && block.elements[0]?.type === "plain_text"
    ? block.elements[0].text
    : undefined;
}

function asTags(...tags: string[]): NamedTag[] {
  const formats = ["html", "markdown", "url"] as const;
  return tags.map((tag, index) => ({ format: formats[index] ?? "html", tag }));
}
