import { describe, expect, it } from "vitest";
import { renderDocument } from "../../dev/setup-page/render-document.ts";
import { findBrokenBlocks } from "./code-blocks.ts";
import { findUnknownChecks } from "./doctor-names.ts";
import {
  CHECKS,
  DOCUMENTS,
  EXAMPLE_FILES,
  FILES,
  LIMITS,
  readText,
  SCRIPTS,
  SENTENCE_FACTS,
  SLACK_FACTS,
  VARIABLE_FACTS,
} from "./facts.ts";
import { findWrongLimits } from "./limits.ts";
import { findBrokenLinks } from "./links.ts";
import { findMissingPaths } from "./paths.ts";
import { type MarkdownDocument, readDocument } from "./read-documents.ts";
import { findUnknownScripts, findUnnamedScripts } from "./scripts.ts";
import { findUnexplainedFailures, findUnknownSentences, isQuoted } from "./sentences.ts";
import { findDrift } from "./translations.ts";
import { findUnknownSlackNames, findUnnamed } from "./slack-names.ts";
import {
  findExampleGaps,
  findTableGaps,
  findUnknownVariables,
  findWrongDefaults,
} from "./variables.ts";

describe("the documents", () => {
  it("link to files of the repository and to headings that are there", () => {
    expect(DOCUMENTS.length).toBeGreaterThan(5);
    expect(findBrokenLinks(DOCUMENTS, { files: FILES })).toEqual([]);
  });

  it("have the same anchors on GitHub and as published pages", () => {
    for (const { name, anchors } of DOCUMENTS) {
      const page = renderDocument(name.replace(/\.md$/u, ""), readText(name), new Set());
      const ids = [...page.matchAll(/<h\d id="(?<id>[^"]*)"/gu)].map(
        ({ groups = {} }) => groups["id"],
      );
      expect([...anchors]).toEqual(expect.arrayContaining(ids));
    }
  });

  it("name scripts of package.json, with options that their usage has", () => {
    expect(findUnknownScripts(DOCUMENTS, { scripts: SCRIPTS })).toEqual([]);
  });

  it("name every script of package.json", () => {
    expect(findUnnamedScripts(DOCUMENTS, { scripts: SCRIPTS })).toEqual([]);
  });

  it("name paths of the repository, and functions that are there", () => {
    expect(findMissingPaths(DOCUMENTS, { files: FILES, examples: EXAMPLE_FILES })).toEqual([]);
  });

  it("name variables that something reads", () => {
    expect(findUnknownVariables(DOCUMENTS, VARIABLE_FACTS)).toEqual([]);
  });

  it("have a table of all variables, with the app's defaults", () => {
    expect(findTableGaps(DOCUMENTS, VARIABLE_FACTS)).toEqual([]);
    expect(findWrongDefaults(DOCUMENTS, VARIABLE_FACTS)).toEqual([]);
  });

  it("and .env.example has a line for each variable", () => {
    expect(findExampleGaps(readText(".env.example"), VARIABLE_FACTS)).toEqual([]);
  });

  it("name scopes, events, commands and ids that the app has", () => {
    expect(findUnknownSlackNames(DOCUMENTS, SLACK_FACTS)).toEqual([]);
  });

  it("name every scope, event and command of manifest.json", () => {
    const { scopes, events, commands } = SLACK_FACTS;
    expect(findUnnamed(DOCUMENTS, [...scopes, ...events, ...commands])).toEqual([]);
  });

  it("say the limits of the code", () => {
    expect(findWrongLimits(DOCUMENTS, LIMITS)).toEqual([]);
  });

  it("quote what people see", () => {
    expect(findUnknownSentences(DOCUMENTS, SENTENCE_FACTS)).toEqual([]);
    expect(findUnexplainedFailures(DOCUMENTS, SENTENCE_FACTS)).toEqual([]);
  });

  it("name checks that the doctor makes", () => {
    expect(findUnknownChecks(DOCUMENTS, { checks: CHECKS })).toEqual([]);
  });

  it("are the same in Korean as in English", () => {
    expect(findDrift(DOCUMENTS)).toEqual([]);
  });

  it("hold JSON and YAML that parses", () => {
    expect(findBrokenBlocks(DOCUMENTS)).toEqual([]);
  });
});

function documentOf(markdown: string, name = "README.md"): MarkdownDocument[] {
  return [readDocument(name, markdown)];
}

describe("findBrokenLinks()", () => {
  const files = new Set(["README.md", "docs/guide.md", "docs/ko/guide.md", "docs/a b.png"]);

  it("finds missing files and headings", () => {
    const markdown = `# One

[a](docs/guide.md) [b](docs/guid.md) ![c](docs/c.png)
[d](#one), [e](#two) <a href="docs/none.md">f</a>

[g](docs/guide.md#one) [h](docs/) [i](docs/a%20b.png) [j](https://example.com/none) [k](/docs/guide.md)
[l](../README.md)
`;
    expect(findBrokenLinks(documentOf(markdown), { files })).toEqual([
      "README.md:3: there is no file docs/guid.md",
      "README.md:3: there is no file docs/c.png",
      "README.md:4: README.md has no heading for #two",
      "README.md:4: there is no file docs/none.md",
      "README.md:6: docs/guide.md has no heading for #one",
      "README.md:6: there is no file /docs/guide.md",
      "README.md:7: there is no file ../README.md",
    ]);
  });

  it("makes anchors as GitHub does", () => {
    const markdown = `
# Who can't do \`what\` — & why?
## 자주 묻는 질문: 배포
## Same
## Same
<a id="own"></a>

[1](#who-cant-do-what---why) [2](#자주-묻는-질문-배포) [3](#same) [4](#same-1) [5](#own)
[6](#%EC%9E%90%EC%A3%BC-%EB%AC%BB%EB%8A%94-%EC%A7%88%EB%AC%B8-%EB%B0%B0%ED%8F%AC) [7](#same-2) [8](#Same)
`;
    expect(findBrokenLinks(documentOf(markdown), { files })).toEqual([
      "README.md:9: README.md has no heading for #same-2",
      "README.md:9: README.md has no heading for #Same",
    ]);
  });

  it("looks from the folder of the document", () => {
    const markdown = "[a](../guide.md) [b](guide.md) [c](../../README.md) [d](README.md)";
    expect(findBrokenLinks(documentOf(markdown, "docs/ko/guide.md"), { files })).toEqual([
      "docs/ko/guide.md:1: there is no file README.md",
    ]);
  });
});

describe("the checks of scripts", () => {
  const scripts = new Map([
    ["doctor", "npm run doctor -- --env FILE"],
    ["test", undefined],
  ]);

  it("findUnknownScripts() finds scripts and options that do not exist", () => {
    const markdown = `\`npm run doctor -- --env .env\` \`npm run docto\` \`npm start\`
\`npm run -s doctor -- --envy a | head --json\` \`npm test\` \`npm run doctor -- --help\`

\`\`\`sh
npm test
A=1 npm run doctor -- --env a --url b   # --not-this
\`\`\`

\`\`\`json
"npm run nothing"
\`\`\`
`;
    expect(findUnknownScripts(documentOf(markdown), { scripts })).toEqual([
      "README.md:1: package.json has no script docto",
      "README.md:1: package.json has no script start",
      "README.md:2: the usage of doctor has no --envy",
      "README.md:6: the usage of doctor has no --url",
    ]);
  });

  it("findUnnamedScripts() finds scripts that no document names", () => {
    const problem = ["no document names the script doctor"];
    expect(findUnnamedScripts(documentOf("`npm test`, the doctor"), { scripts })).toEqual(problem);
    expect(findUnnamedScripts(documentOf("`npm test`, `doctor`"), { scripts })).toEqual([]);
  });
});

it("findMissingPaths() finds files, folders and functions that do not exist", () => {
  const files = new Set([
    "api/slack/events.ts",
    "dev/a.ts",
    "lib/b/c.ts",
    "lib/b/d.ts",
    "manifest.json",
  ]);
  const markdown = `\`lib/b/\` \`lib/b/c.ts\` \`lib/c\` \`lib/b/{c,d}.ts\` \`lib/b/{e,f}.ts\`
\`dev/*.ts\` \`dev/*.js\` \`b/c.ts\` \`d/c.ts\` \`c.ts\` \`e.ts\` \`manifest.json\` \`made.json\`
\`/api/slack/events\` \`/api/slack/event\` \`/api/slack/…\` \`https://a.example/api/b\` \`https://slack.com/api/b\`
\`state/open/a.json\` \`node:fs\`

\`\`\`sh
tsx dev/a.ts lib/z.ts
curl https://a.example/api/slack/events
\`\`\`
`;
  const facts = { files, examples: new Set(["made.json"]) };
  expect(findMissingPaths(documentOf(markdown), facts)).toEqual([
    "README.md:1: there is no lib/c",
    "README.md:1: there is no lib/b/{e,f}.ts",
    "README.md:2: there is no dev/*.js",
    "README.md:2: there is no d/c.ts",
    "README.md:2: there is no e.ts",
    "README.md:3: no function answers /api/slack/event",
    "README.md:3: no function answers /api/b",
    "README.md:7: there is no lib/z.ts",
  ]);
});

describe("the checks of variables", () => {
  const facts = {
    variables: ["S3_BUCKET", "LOCALE", "MAX_WIDTH"],
    others: new Set(["AWS_REGION"]),
    isDefault: (variable: string, value: string) => variable !== "LOCALE" || value === "en",
  };

  it("findUnknownVariables() finds names that nothing reads", () => {
    const markdown = `\`S3_BUCKET\` \`S3_BUKET\` \`AWS_REGION\` \`LOCAL=en\` \`https://AN_ID.example\` \`LOCALE=en MAX_WITH=1 npm start\`

\`\`\`sh
SECRET=$(openssl rand -hex 20) && echo "$SECRET"
S3_REGOIN=a npm start --capabilities CAPABILITY_IAM
\`\`\`
`;
    expect(findUnknownVariables(documentOf(markdown), facts)).toEqual([
      "README.md:1: nothing reads S3_BUKET",
      "README.md:1: nothing reads MAX_WITH",
      "README.md:1: nothing reads LOCAL",
      "README.md:5: nothing reads S3_REGOIN",
    ]);
  });

  it("findTableGaps() finds variables and rows too few and too many", () => {
    const table =
      "| variable | meaning |\n| --- | --- |\n| `S3_BUCKET`, `LOCALE` | a |\n| `LOCAL` | b |\n";
    expect(findTableGaps(documentOf(table), facts)).toEqual([
      "README.md: no table lists MAX_WIDTH",
      "README.md:4: the app does not read LOCAL",
    ]);
    expect(findTableGaps(documentOf("none"), facts)).toEqual([
      "no document has a table of all variables",
    ]);
  });

  it("findWrongDefaults() finds another default, in a column of its own or at the beginning", () => {
    const rows = (cells: string) => `| --- | --- | --- |\n| \`LOCALE\` | ${cells} |\n`;
    const wrong = ["README.md:3: ko is not the default of LOCALE"];
    const column = "| variable | default | meaning |\n";
    expect(findWrongDefaults(documentOf(column + rows("`ko` | `en`")), facts)).toEqual(wrong);
    expect(findWrongDefaults(documentOf(column + rows("`en` | `ko`")), facts)).toEqual([]);
    const beginning = "| variable | need | meaning |\n";
    expect(findWrongDefaults(documentOf(beginning + rows(" | `ko` or `en`")), facts)).toEqual(
      wrong,
    );
    expect(findWrongDefaults(documentOf(beginning + rows(" | `en` or `ko`")), facts)).toEqual([]);
    expect(findWrongDefaults(documentOf(beginning + rows(" | as `ko`")), facts)).toEqual([]);
  });

  it("findExampleGaps() finds lines too few, too many and wrong", () => {
    expect(findExampleGaps("S3_BUCKET=\n#LOCALE=ko\n# A=b\n#OTHER=\n", facts)).toEqual([
      ".env.example: no line shows MAX_WIDTH",
      ".env.example:4: the app does not read OTHER",
      ".env.example:2: ko is not the default of LOCALE",
    ]);
  });

  it("knows the app's defaults", () => {
    expect(VARIABLE_FACTS.isDefault("IMAGE_PREFIX", "images/")).toBe(true);
    expect(VARIABLE_FACTS.isDefault("IMAGE_PREFIX", "image/")).toBe(false);
    expect(VARIABLE_FACTS.isDefault("VARIANT_WIDTHS", "640,1280")).toBe(false);
    expect(VARIABLE_FACTS.isDefault("LOCALE", "kr")).toBe(false);
    expect(VARIABLE_FACTS.isDefault("TAG_TEMPLATE", '<img src="{url}">')).toBe(true);
  });
});

describe("the checks of Slack's names", () => {
  const facts = {
    scopes: new Set(["chat:write"]),
    events: new Set(["message.im"]),
    commands: new Set(["/upload-to-s3"]),
    ids: new Set(["edit_tags"]),
  };

  it("findUnknownSlackNames() finds what the app does not have, unless the document says so", () => {
    const markdown = `\`chat:write\` \`chat:read\` \`message.im\` \`message.mpim\` \`npm run start:vercel\`
\`/upload-to-s3\` \`/upload-to-s4\` \`/invite\`. The app does not ask for \`files:write\`.

The \`action_id\` \`edit_tags\`, the \`callback_id\` \`edit_tag\`. It needs \`im:write\`.
`;
    expect(findUnknownSlackNames(documentOf(markdown), facts)).toEqual([
      "README.md:1: the app has no scope chat:read",
      "README.md:1: the app has no event message.mpim",
      "README.md:2: the app has no command /upload-to-s4",
      "README.md:4: the app has no scope im:write",
      "README.md:4: the app has no id edit_tag",
    ]);
  });

  it("findUnnamed() finds what no document names", () => {
    expect(findUnnamed(documentOf("`chat:write`"), [...facts.scopes, ...facts.events])).toEqual([
      "no document names message.im",
    ]);
  });
});

describe("findWrongLimits()", () => {
  const limits = [
    { values: [100, 50], phrases: { en: [/(?<figure>\w+) megapixels/u] } },
    { values: [5], phrases: { en: [/tried (?<figure>\w+) times/u], ko: [/(?<figure>\S+) 번/u] } },
  ];

  it("finds another figure, and a limit that is not named", () => {
    expect(findWrongLimits(documentOf("100\nmegapixels\n\nTried `six` times"), limits)).toEqual([
      "no document (en) says 50 where it says (?<figure>\\w+) megapixels",
      "no document (en) says 5 where it says tried (?<figure>\\w+) times",
      'README.md:4: "Tried six times", but it is 5',
    ]);
    const right = documentOf("100 megapixels, 50 megapixels, tried five times");
    expect(findWrongLimits(right, limits)).toEqual([]);
  });

  it("looks in each language that has a phrase", () => {
    const korean = documentOf("여섯 번", "README.ko.md");
    expect(findWrongLimits(korean, limits)).toEqual([
      "no document (ko) says 5 where it says (?<figure>\\S+) 번",
      'README.ko.md:1: "여섯 번", but it is 5',
    ]);
    expect(findWrongLimits(documentOf("다섯 번", "docs/ko/guide.md"), limits)).toEqual([]);
  });
});

describe("the checks of sentences", () => {
  const rows = (...cells: string[]) =>
    `| a | b |\n| --- | --- |\n${cells.map((cell) => `| ${cell} | "Nothing" |\n`).join("")}`;
  const facts = {
    isOurs: (sentence: string, language: string) => language === "en" && sentence.startsWith("Yes"),
    isSaid: (sentence: string, language: string) => language === "en" && !sentence.startsWith("No"),
    failures: { en: ["Yes."], ko: ["예."] },
  };

  it("findUnknownSentences() finds quotations that nothing says, in tables of troubleshooting", () => {
    const table = rows('“No” or "Yes"');
    const problem = ['README.md:5: nothing says "No"'];
    const troubles = documentOf(`## Troubleshooting\n\n${table}`);
    expect(findUnknownSentences(troubles, facts)).toEqual(problem);
    expect(findUnknownSentences(documentOf(table), facts)).toEqual([]);
    const korean = documentOf(table, "docs/ko/troubleshooting.md");
    expect(findUnknownSentences(korean, facts)).toHaveLength(2);
  });

  it("findUnknownSentences() finds sentences that nothing says, in tables that list them", () => {
    const problem = ['README.md:5: nothing says "No."'];
    expect(findUnknownSentences(documentOf(rows("Yes.", "Yes, so", "No.")), facts)).toEqual(
      problem,
    );
  });

  it("findUnexplainedFailures() finds what a table of sentences lacks", () => {
    const problem = ['no document (en) explains "Yes."'];
    expect(findUnexplainedFailures(documentOf(rows("Yes!")), facts)).toEqual(problem);
    expect(findUnexplainedFailures(documentOf(rows("Yes.")), facts)).toEqual([]);
    expect(findUnexplainedFailures(documentOf("none"), facts)).toEqual([]);
  });

  it.each([
    ["The file is empty.", true],
    ["The file is empty. It’s **6 MB**.", true],
    ["The file is …", true],
    ["The file is…", true],
    ["The file is", false],
    ["The file is full.", false],
    ["The file was …", false],
    ["It's 6 MB.", false],
    ["Choose “One”, or “Two”", true],
    ["Choose “One”", false],
  ])("isQuoted() takes %j as said: %j", (quotation, isRight) => {
    const sentences = ["The file is empty. It's \0.", "Choose “One”, or “Two”"];
    expect(isQuoted(quotation, sentences)).toBe(isRight);
  });

  it("knows what people see, in both languages", () => {
    expect(SENTENCE_FACTS.isSaid("No files were uploaded.", "en")).toBe(true);
    expect(SENTENCE_FACTS.isSaid("No files were uploaded.", "ko")).toBe(false);
    expect(SENTENCE_FACTS.isSaid("업로드된 파일이 없습니다.", "ko")).toBe(true);
    expect(SENTENCE_FACTS.isSaid("It is 60 MB; the limit is 50 MB.", "en")).toBe(true);
    expect(SENTENCE_FACTS.isSaid("It has more than 100 megapixels.", "en")).toBe(true);
    expect(SENTENCE_FACTS.isSaid("Cannot upload.", "en")).toBe(false);
  });
});

it("findUnknownChecks() finds names in code and in the doctor's output", () => {
  const markdown = "`s3.put` `s3.puts` `slack.com` `a.b`\n\n```\n✓ s3.put: a\n✗ s3.get: b\n```\n";
  expect(
    findUnknownChecks(documentOf(markdown), { checks: new Set(["s3.put", "slack.token"]) }),
  ).toEqual([
    "README.md:1: the doctor has no check s3.puts",
    "README.md:5: the doctor has no check s3.get",
  ]);
});

describe("findDrift()", () => {
  const english = `# One

English · [한국어](ko/guide.md)

| \`A_B\` | costs |
| --- | --- |
| a | $0.02 for 1,000 |

\`\`\`sh
npm test   # all of it
\`\`\`

## Two
`;
  const korean = `# 하나

[English](../guide.md) · 한국어

| \`A_B\` | 비용 |
| --- | --- |
| 가 | 1,000개에 $0.02 |

\`\`\`sh
npm test   # 전부
\`\`\`

## 둘
`;
  const drift = (markdown: string, original = english) =>
    findDrift([
      readDocument("docs/guide.md", original),
      readDocument("docs/ko/guide.md", markdown),
    ]);

  it("takes other words", () => {
    expect(drift(korean)).toEqual([]);
  });

  it.each([
    ["another level", "## 둘", "### 둘", "headings 1 3, in English 1 2"],
    ["a heading too few", "## 둘", "둘", "headings 1, in English 1 2"],
    ["a row too few", "| 가 | 1,000개에 $0.02 |\n", "", "tables 2×0, in English 2×1"],
    ["another figure", "$0.02", "$0.03", "7: the row lacks 0.02"],
    ["another command", "npm test ", "npm start ", "lacks npm test"],
    ["another variable", "`A_B`", "`A_C`", "lacks A_B"],
    ["no link to the other one", "../guide.md", "guide.md", "its first link leads to docs/ko"],
  ])("finds %s", (_, said, changed, problem) => {
    expect(drift(korean.replace(said, changed)).join("\n")).toContain(`docs/ko/guide.md:`);
    expect(drift(korean.replace(said, changed)).join("\n")).toContain(problem);
  });

  it("finds an English document without a link, and a Korean one without an English one", () => {
    const lonely = english.replace("ko/guide.md", "guide.md");
    expect(drift(korean, lonely)).toEqual([
      "docs/guide.md: its first link leads to docs/guide.md, not docs/ko/guide.md",
    ]);
    expect(findDrift(documentOf(korean, "README.ko.md"))).toEqual([
      "README.ko.md: there is no README.md",
    ]);
  });
});

it("findBrokenBlocks() finds JSON and YAML that does not parse", () => {
  const markdown = `\`\`\`json
{"a": 1}
\`\`\`

- \`\`\`json
  {"a": …}
  \`\`\`

\`\`\`yaml
a: [1
\`\`\`
`;
  expect(findBrokenBlocks(documentOf(markdown)).map((one) => one.slice(0, 13))).toEqual([
    "README.md:6: ",
    "README.md:10:",
  ]);
});
