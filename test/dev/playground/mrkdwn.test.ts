import { describe, expect, it } from "vitest";
import { parseMrkdwn, parsePlainText } from "../../../dev/playground/page/blocks/mrkdwn.ts";

describe("parseMrkdwn()", () => {
  it.each([
    ["*bold*", [{ type: "text", text: "bold", style: { bold: true } }]],
    ["_it_", [{ type: "text", text: "it", style: { italic: true } }]],
    ["~gone~", [{ type: "text", text: "gone", style: { strike: true } }]],
    ["`a *b* &lt;`", [{ type: "text", text: "a *b* <", style: { code: true } }]],
    ["snake_case_name", [{ type: "text", text: "snake_case_name", style: {} }]],
    ["2 * 3 * 4", [{ type: "text", text: "2 * 3 * 4", style: {} }]],
    ["&lt;!channel&gt; &amp;lt;", [{ type: "text", text: "<!channel> &lt;", style: {} }]],
    ["<@U1|mina>", [{ type: "user", user_id: "U1", style: {} }]],
    ["<#C1|images>", [{ type: "channel", channel_id: "C1", style: {} }]],
    ["<!subteam^S1>", [{ type: "usergroup", usergroup_id: "S1", style: {} }]],
    ["<!channel>", [{ type: "broadcast", range: "channel", style: {} }]],
    ["<!date^1^{date}|yesterday>", [{ type: "text", text: "yesterday", style: {} }]],
    [
      "<https://e.com/_a_?b&amp;c|one &gt; two>",
      [{ type: "link", url: "https://e.com/_a_?b&c", text: "one > two", style: {} }],
    ],
    ["<javascript:alert(1)|bad>", [{ type: "text", text: "<javascript:alert(1)|bad>", style: {} }]],
    ["<img src=x>", [{ type: "text", text: "<img src=x>", style: {} }]],
    [":wave:", [{ type: "emoji", name: "wave" }]],
    ["10:30:45", [{ type: "text", text: "10:30:45", style: {} }]],
  ])("reads %s", (text, elements) => {
    expect(parseMrkdwn(text)).toEqual([{ type: "rich_text_section", elements }]);
  });

  it("nests styles, around links and mentions, too", () => {
    expect(parseMrkdwn("*a _b_ <https://e.com>*")).toEqual([
      {
        type: "rich_text_section",
        elements: [
          { type: "text", text: "a ", style: { bold: true } },
          { type: "text", text: "b", style: { bold: true, italic: true } },
          { type: "text", text: " ", style: { bold: true } },
          { type: "link", url: "https://e.com", text: "https://e.com", style: { bold: true } },
        ],
      },
    ]);
  });

  it("parts quotes and exact text from what stands around them", () => {
    const kinds = parseMrkdwn("a\n&gt; b\n&gt;c\nd\n```\n<e>\n  f\n```g").map(
      ({ type, elements }) => [type, elements.map((one) => ("text" in one ? one.text : one.type))],
    );

    expect(kinds).toEqual([
      ["rich_text_section", ["a"]],
      ["rich_text_quote", ["b\nc"]],
      ["rich_text_section", ["d\n"]],
      ["rich_text_preformatted", ["<e>\n  f"]],
      ["rich_text_section", ["g"]],
    ]);
  });

  it("keeps a fence that nobody closed", () => {
    expect(JSON.stringify(parseMrkdwn("a ```b"))).toContain("```b");
  });
});

describe("parsePlainText()", () => {
  it("reads nothing but emoji as markup", () => {
    expect(parsePlainText("*a* <!here> &lt; :wave:")).toEqual([
      {
        type: "rich_text_section",
        elements: [
          { type: "text", text: "*a* <!here> &lt; " },
          { type: "emoji", name: "wave" },
        ],
      },
    ]);
  });

  it("reads not even these where the app says so", () => {
    expect(JSON.stringify(parsePlainText(":wave:", false))).toContain('"text":":wave:"');
  });
});
