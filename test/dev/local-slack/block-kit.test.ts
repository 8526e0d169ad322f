import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  validateMessageBlocks,
  validateView,
} from "../../../dev/local-slack/block-kit/validate.ts";

type Json = Record<string, unknown>;

const plain = (text: string) => ({ type: "plain_text", text });
const mrkdwn = (text: string) => ({ type: "mrkdwn", text });
const x = (length: number) => "x".repeat(length);
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

const button = (more: Json = {}) => ({ type: "button", text: plain("OK"), ...more });
const actions = (...elements: unknown[]) => ({ type: "actions", elements });
const confirm = (more: Json = {}) => ({
  title: plain("Sure?"),
  text: plain("Really?"),
  confirm: plain("Yes"),
  deny: plain("No"),
  ...more,
});
const image = (more: Json = {}) => ({
  type: "image",
  image_url: "https://example.com/a.png",
  alt_text: "a",
  ...more,
});
const rich = (...elements: unknown[]) => ({ type: "rich_text", elements });
const inline = (...elements: unknown[]) => ({ type: "rich_text_section", elements });
const pre = (...elements: unknown[]) => ({ type: "rich_text_preformatted", elements });
const word = (text: string) => ({ type: "text", text });
const input = (element: Json, more: Json = {}) => ({
  type: "input",
  label: plain("Link"),
  element,
  ...more,
});
const option = (text: string, value = text) => ({ text: plain(text), value });
const view = (more: Json = {}) => ({
  type: "modal",
  title: plain("Title"),
  submit: plain("Save"),
  blocks: [],
  ...more,
});

const problemsOf = (block: unknown) => validateMessageBlocks([block]).problems;
const viewProblems = (value: unknown) => validateView(value).problems;
const inView = (...blocks: unknown[]) => viewProblems(view({ blocks }));

describe("validateMessageBlocks()", () => {
  it.each<[string, (length: number) => unknown, number, string]>([
    ["section text", (n) => ({ type: "section", text: mrkdwn(x(n)) }), 3000, "text/text"],
    ["section field", (n) => ({ type: "section", fields: [plain(x(n))] }), 2000, "fields/0/text"],
    ["header", (n) => ({ type: "header", text: plain(x(n)) }), 150, "text/text"],
    ["block_id", (n) => ({ type: "divider", block_id: x(n) }), 255, "block_id"],
    ["markdown", (n) => ({ type: "markdown", text: x(n) }), 12_000, "text"],
    ["image alt_text", (n) => image({ alt_text: x(n) }), 2000, "alt_text"],
    ["image title", (n) => image({ title: plain(x(n)) }), 2000, "title/text"],
    ["image_url", (n) => image({ image_url: x(n) }), 3000, "image_url"],
    ["button text", (n) => actions(button({ text: plain(x(n)) })), 75, "elements/0/text/text"],
    ["button value", (n) => actions(button({ value: x(n) })), 2000, "elements/0/value"],
    ["button url", (n) => actions(button({ url: x(n) })), 3000, "elements/0/url"],
    [
      "accessibility_label",
      (n) => actions(button({ accessibility_label: x(n) })),
      75,
      "elements/0/accessibility_label",
    ],
    ["action_id", (n) => actions(button({ action_id: x(n) })), 255, "elements/0/action_id"],
    ...(
      [
        ["title", 100],
        ["text", 300],
        ["confirm", 30],
        ["deny", 30],
      ] as const
    ).map(([key, max]): [string, (length: number) => unknown, number, string] => [
      `confirm ${key}`,
      (n) => actions(button({ confirm: confirm({ [key]: plain(x(n)) }) })),
      max,
      `elements/0/confirm/${key}/text`,
    ]),
  ])("holds %s to its limit", (_name, make, max, pointer) => {
    expect(problemsOf(make(max))).toEqual([]);
    expect(problemsOf(make(max + 1))).toEqual([
      `must be less than ${max + 1} characters [json-pointer:/blocks/0/${pointer}]`,
    ]);
  });

  it.each<[string, (count: number) => unknown, number, string]>([
    [
      "section fields",
      (n) => ({ type: "section", fields: times(n, () => plain("x")) }),
      10,
      "fields",
    ],
    [
      "context elements",
      (n) => ({ type: "context", elements: times(n, () => plain("x")) }),
      10,
      "elements",
    ],
    ["actions elements", (n) => actions(...times(n, () => button())), 25, "elements"],
    [
      "checkboxes",
      (n) => actions({ type: "checkboxes", options: times(n, (i) => option(String(i))) }),
      10,
      "elements/0/options",
    ],
    [
      "select options",
      (n) => actions({ type: "static_select", options: times(n, (i) => option(String(i))) }),
      100,
      "elements/0/options",
    ],
  ])("holds the number of %s to its limit", (_name, make, max, pointer) => {
    expect(problemsOf(make(max))).toEqual([]);
    expect(problemsOf(make(max + 1))).toEqual([
      `no more than ${max} items allowed [json-pointer:/blocks/0/${pointer}]`,
    ]);
    expect(problemsOf(make(0))).toEqual([
      `must provide at least 1 items [json-pointer:/blocks/0/${pointer}]`,
    ]);
  });

  it.each<[string, unknown, string]>([
    [
      "an unknown block",
      { type: "carousel3d" },
      "unsupported type: carousel3d [json-pointer:/blocks/0/type]",
    ],
    ["a block without a type", {}, "missing required field: type [json-pointer:/blocks/0]"],
    [
      "an input in a message",
      input({ type: "plain_text_input" }),
      "unsupported type: input [json-pointer:/blocks/0/type]",
    ],
    [
      "an unknown property",
      { type: "divider", color: "red" },
      "invalid additional property: color [json-pointer:/blocks/0]",
    ],
    [
      "a section without text",
      { type: "section" },
      "missing required field: text [json-pointer:/blocks/0]",
    ],
    [
      "a bare string for a text",
      { type: "header", text: "x" },
      "must provide an object [json-pointer:/blocks/0/text]",
    ],
    [
      "mrkdwn in a header",
      { type: "header", text: mrkdwn("x") },
      "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ],
    [
      "emoji on mrkdwn",
      { type: "section", text: { ...mrkdwn("x"), emoji: true } },
      "invalid additional property: emoji [json-pointer:/blocks/0/text]",
    ],
    [
      "an unknown button style",
      actions(button({ style: "success" })),
      "must be a valid enum value: primary, danger [json-pointer:/blocks/0/elements/0/style]",
    ],
    [
      "block_id on an element",
      actions(button({ block_id: "b" })),
      "invalid additional property: block_id [json-pointer:/blocks/0/elements/0]",
    ],
    [
      "a twice used action_id",
      actions(button({ action_id: "a" }), button({ action_id: "a" })),
      '`action_id` "a" already exists [json-pointer:/blocks/0/elements/1/action_id]',
    ],
    [
      "an image without alt_text",
      { type: "image", image_url: "https://example.com/a.png" },
      "missing required field: alt_text [json-pointer:/blocks/0]",
    ],
    [
      "an image without a source",
      { type: "image", alt_text: "a" },
      "must provide exactly one of `image_url` and `slack_file` [json-pointer:/blocks/0]",
    ],
    [
      "a slack_file with id and url",
      { type: "image", alt_text: "a", slack_file: { id: "F1", url: "https://x" } },
      "must provide exactly one of `id` and `url` [json-pointer:/blocks/0/slack_file]",
    ],
    [
      "a confirm dialog without deny",
      actions(button({ confirm: { title: plain("a"), text: plain("b"), confirm: plain("c") } })),
      "missing required field: deny [json-pointer:/blocks/0/elements/0/confirm]",
    ],
    [
      "initial options that are not options",
      actions({ type: "checkboxes", options: [option("a")], initial_options: [option("b")] }),
      "`initial_options` must match the options [json-pointer:/blocks/0/elements/0/initial_options]",
    ],
    [
      "an empty text element",
      rich(pre(word(""))),
      "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]",
    ],
    [
      "rich text without elements",
      rich(),
      "must provide at least 1 items [json-pointer:/blocks/0/elements]",
    ],
    [
      "an empty preformatted element",
      rich(pre()),
      "must provide at least 1 items [json-pointer:/blocks/0/elements/0/elements]",
    ],
    [
      "an emoji in preformatted text",
      rich(pre({ type: "emoji", name: "wave" })),
      "unsupported type: emoji [json-pointer:/blocks/0/elements/0/elements/0/type]",
    ],
    [
      "text straight in rich text",
      rich(word("x")),
      "unsupported type: text [json-pointer:/blocks/0/elements/0/type]",
    ],
    [
      "a list in a list",
      rich({
        type: "rich_text_list",
        style: "bullet",
        elements: [{ type: "rich_text_list", style: "bullet", elements: [] }],
      }),
      "unsupported type: rich_text_list [json-pointer:/blocks/0/elements/0/elements/0/type]",
    ],
    [
      "a border of 2",
      rich({ ...pre(word("x")), border: 2 }),
      "must be less than or equal to 1 [json-pointer:/blocks/0/elements/0/border]",
    ],
    [
      "a context without elements",
      { type: "context" },
      "missing required field: elements [json-pointer:/blocks/0]",
    ],
    [
      "a context with a text of its own",
      { type: "context", text: plain("x"), elements: [plain("x")] },
      "invalid additional property: text [json-pointer:/blocks/0]",
    ],
    [
      "a bare string in a context",
      { type: "context", elements: ["x"] },
      "must provide an object [json-pointer:/blocks/0/elements/0]",
    ],
    [
      "an empty text in a context",
      { type: "context", elements: [plain("")] },
      "must be more than 0 characters [json-pointer:/blocks/0/elements/0/text]",
    ],
    [
      "verbatim plain text in a context",
      { type: "context", elements: [{ ...plain("x"), verbatim: true }] },
      "invalid additional property: verbatim [json-pointer:/blocks/0/elements/0]",
    ],
    [
      "a button in a context",
      { type: "context", elements: [button()] },
      "unsupported type: button [json-pointer:/blocks/0/elements/0/type]",
    ],
    [
      "rich text in a context",
      { type: "context", elements: [word("x")] },
      "unsupported type: text [json-pointer:/blocks/0/elements/0/type]",
    ],
    [
      "mrkdwn inside rich text",
      rich(inline(mrkdwn("x"))),
      "unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/elements/0/type]",
    ],
  ])("refuses %s", (_name, block, problem) => {
    expect(problemsOf(block)).toContain(problem);
  });

  it.each<[string, unknown]>([
    [
      "preformatted text with a border and a language",
      rich({
        ...pre(word("<a>"), { type: "link", url: "https://x" }),
        border: 0,
        language: "html",
      }),
    ],
    [
      "every inline element",
      rich(
        inline(
          word("x"),
          { type: "emoji", name: "wave" },
          { type: "user", user_id: "U1" },
          { type: "channel", channel_id: "C1" },
          { type: "usergroup", usergroup_id: "S1" },
          { type: "broadcast", range: "here" },
          { type: "date", timestamp: 1, format: "{date}" },
          { type: "link", url: "https://x", text: "x" },
          { ...word("b"), style: { strike: true } },
        ),
      ),
    ],
    [
      "a list and a quote",
      rich(
        {
          type: "rich_text_list",
          style: "ordered",
          indent: 8,
          offset: 3,
          elements: [inline(word("x"))],
        },
        { type: "rich_text_quote", elements: [word("x")] },
      ),
    ],
    ["a context with plain text", { type: "context", elements: [plain("x")] }],
    [
      "a context with an id, emoji and mrkdwn as it stands",
      {
        type: "context",
        block_id: "b",
        elements: [
          { ...plain(":wave:"), emoji: true },
          { ...mrkdwn("<a>"), verbatim: true },
        ],
      },
    ],
    ["a context with text and an image", { type: "context", elements: [mrkdwn("x"), image()] }],
    [
      "a section with an accessory",
      {
        type: "section",
        text: plain("x"),
        accessory: button({ style: "danger", confirm: confirm({ style: "danger" }) }),
      },
    ],
  ])("accepts %s", (_name, block) => {
    expect(problemsOf(block)).toEqual([]);
  });

  it("refuses a block_id used twice, and accepts an action_id used in two blocks", () => {
    const twice = [
      { type: "divider", block_id: "b" },
      { type: "divider", block_id: "b" },
    ];
    expect(validateMessageBlocks(twice).problems).toEqual([
      '`block_id` "b" already exists [json-pointer:/blocks/1/block_id]',
    ]);
    const rows = [actions(button({ action_id: "a" })), actions(button({ action_id: "a" }))];
    expect(validateMessageBlocks(rows).problems).toEqual([]);
  });

  it("never throws, whatever it is given", () => {
    const type = fc.constantFrom(
      "section",
      "rich_text",
      "actions",
      "image",
      "input",
      "context",
      "toString",
    );
    const block = fc.record({
      type,
      elements: fc.anything(),
      text: fc.anything(),
      element: fc.anything(),
    });
    fc.assert(
      fc.property(fc.anything(), fc.array(block), (anything, blocks) => {
        expect(Array.isArray(validateMessageBlocks(anything).problems)).toBe(true);
        expect(Array.isArray(validateMessageBlocks(blocks).problems)).toBe(true);
        expect(Array.isArray(validateView({ ...view(), blocks }).problems)).toBe(true);
      }),
    );
  });
});

describe("validateView()", () => {
  it.each<[string, (length: number) => unknown, number, string]>([
    ["title", (n) => view({ title: plain(x(n)) }), 24, "title/text"],
    ["submit", (n) => view({ submit: plain(x(n)) }), 24, "submit/text"],
    ["close", (n) => view({ close: plain(x(n)) }), 24, "close/text"],
    ["private_metadata", (n) => view({ private_metadata: x(n) }), 3000, "private_metadata"],
    ["callback_id", (n) => view({ callback_id: x(n) }), 255, "callback_id"],
    [
      "input label",
      (n) => view({ blocks: [input({ type: "plain_text_input" }, { label: plain(x(n)) })] }),
      2000,
      "blocks/0/label/text",
    ],
    [
      "input hint",
      (n) => view({ blocks: [input({ type: "plain_text_input" }, { hint: plain(x(n)) })] }),
      2000,
      "blocks/0/hint/text",
    ],
    [
      "initial_value",
      (n) => view({ blocks: [input({ type: "plain_text_input", initial_value: x(n) })] }),
      3000,
      "blocks/0/element/initial_value",
    ],
    [
      "placeholder",
      (n) => view({ blocks: [input({ type: "plain_text_input", placeholder: plain(x(n)) })] }),
      150,
      "blocks/0/element/placeholder/text",
    ],
    [
      "option text",
      (n) => view({ blocks: [input({ type: "checkboxes", options: [option(x(n), "v")] })] }),
      75,
      "blocks/0/element/options/0/text/text",
    ],
    [
      "option value",
      (n) => view({ blocks: [input({ type: "checkboxes", options: [option("t", x(n))] })] }),
      150,
      "blocks/0/element/options/0/value",
    ],
  ])("holds %s to its limit", (_name, make, max, pointer) => {
    expect(viewProblems(make(max))).toEqual([]);
    expect(viewProblems(make(max + 1))).toEqual([
      `must be less than ${max + 1} characters [json-pointer:/view/${pointer}]`,
    ]);
  });

  it("accepts 100 blocks and refuses 101", () => {
    const dividers = (count: number) => times(count, () => ({ type: "divider" }));
    expect(inView(...dividers(100))).toEqual([]);
    expect(inView(...dividers(101))).toEqual([
      "no more than 100 items allowed [json-pointer:/view/blocks]",
    ]);
  });

  it("wants a submit button for an input", () => {
    const { submit: _submit, ...without } = view({ blocks: [input({ type: "plain_text_input" })] });
    expect(viewProblems(without)).toEqual([
      "must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/0/input]",
    ]);
  });

  it.each<[string, Json, string]>([
    ["max_files of 0", { type: "file_input", max_files: 0 }, "must be greater than or equal to 1"],
    ["max_files of 11", { type: "file_input", max_files: 11 }, "must be less than or equal to 10"],
    [
      "max_length of 3001",
      { type: "plain_text_input", max_length: 3001 },
      "must be less than or equal to 3000",
    ],
    [
      "an initial_value over max_length",
      { type: "plain_text_input", max_length: 2, initial_value: "abc" },
      "must be less than 3 characters",
    ],
    [
      "an initial_value that is no URL",
      { type: "url_text_input", initial_value: "example" },
      "must be a valid url",
    ],
    ["a button as an input", button(), "unsupported type: button"],
    [
      "11 checkboxes",
      { type: "checkboxes", options: times(11, (i) => option(String(i))) },
      "no more than 10 items allowed",
    ],
  ])("refuses %s", (_name, element, problem) => {
    expect(inView(input(element))).toEqual([expect.stringContaining(problem)]);
  });

  it("refuses markdown blocks, two focused elements, and home tabs", () => {
    expect(inView({ type: "markdown", text: "x" })).toHaveLength(1);
    const focused = input({ type: "plain_text_input", focus_on_load: true });
    expect(inView(focused)).toEqual([]);
    expect(inView(focused, focused)).toHaveLength(1);
    expect(viewProblems({ type: "home", blocks: [] })).toEqual([
      "unsupported type: home [json-pointer:/view/type]",
    ]);
  });
});
