import GithubSlugger from "github-slugger";
import MarkdownIt from "markdown-it";
import { type DefaultTreeAdapterTypes, parseFragment } from "parse5";

/** A piece of a document and the line that it begins on. */
export interface Located {
  line: number;
  text: string;
}

export interface CodeBlock extends Located {
  /** The word behind the fence, such as `sh`. */
  language: string;
}

export interface Cell extends Located {
  codes: readonly string[];
}

export interface Table {
  /** The headings above the table, the nearest last. */
  section: readonly string[];
  header: readonly string[];
  rows: readonly (readonly Cell[])[];
}

export interface MarkdownDocument {
  name: string;
  language: "en" | "ko";
  /** Each has the level of a heading: 2 for `##`. */
  levels: readonly number[];
  /** The ids that `#…` may lead to. */
  anchors: ReadonlySet<string>;
  /** Addresses of links and images. */
  links: readonly Located[];
  /** Inline code. */
  codes: readonly Located[];
  blocks: readonly CodeBlock[];
  /** Paragraphs, headings and cells as people read them, on one line each. */
  texts: readonly Located[];
  tables: readonly Table[];
}

export function readDocument(name: string, markdown: string): MarkdownDocument {
  const slugger = new GithubSlugger();
  const anchors = new Set<string>();
  const links: Located[] = [];
  const codes: Located[] = [];
  const blocks: CodeBlock[] = [];
  const texts: Located[] = [];
  const tables: OpenTable[] = [];
  const section: string[] = [];
  const levels: number[] = [];
  let opened = "";
  let line = 1;
  for (const token of PARSER.parse(markdown, {})) {
    line = token.map === null ? line : token.map[0] + 1;
    if (token.type.endsWith("_open")) {
      opened = token.tag;
    }
    if (token.type === "table_open") {
      tables.push({ section: [...section], header: [], rows: [] });
    } else if (token.type === "tr_open") {
      tables.at(-1)?.rows.push([]);
    } else if (token.type === "fence" || token.type === "code_block") {
      const [language = ""] = token.info.trim().split(/\s/u);
      blocks.push({ language, line: line + (token.type === "fence" ? 1 : 0), text: token.content });
    } else if (token.type === "html_block") {
      readHtml(token.content, { line, anchors, links });
    } else if (token.type === "inline") {
      const { text, cellCodes } = readInline(token.children ?? [], { line, anchors, links, codes });
      texts.push({ line, text });
      if (/^h\d$/u.test(opened)) {
        anchors.add(slugger.slug(text));
        const level = Number(opened.slice(1));
        levels.push(level);
        section.length = Math.min(section.length, level - 1);
        section.push(text);
      } else if (opened === "th") {
        tables.at(-1)?.header.push(text);
      } else if (opened === "td") {
        tables.at(-1)?.rows.at(-1)?.push({ line, text, codes: cellCodes });
      }
    }
  }
  return {
    name,
    language: /\.ko\.md$|^docs\/ko\//u.test(name) ? "ko" : "en",
    levels,
    anchors,
    links,
    codes,
    blocks,
    texts,
    tables: tables.map((table) => ({ ...table, rows: table.rows.filter((row) => row.length > 0) })),
  };
}

interface OpenTable {
  section: readonly string[];
  header: string[];
  rows: Cell[][];
}

interface Sinks {
  line: number;
  anchors: Set<string>;
  links: Located[];
}

const PARSER = new MarkdownIt({ html: true });
type InlineToken = ReturnType<typeof PARSER.parse>[number];

function readInline(
  tokens: readonly InlineToken[],
  { line: first, anchors, links, codes }: Sinks & { codes: Located[] },
): { text: string; cellCodes: string[] } {
  let line = first;
  let text = "";
  const cellCodes: string[] = [];
  for (const token of tokens) {
    const href = token.attrGet("href") ?? token.attrGet("src");
    if (href !== null) {
      links.push({ line, text: String(href) });
    }
    if (token.type === "softbreak" || token.type === "hardbreak") {
      line += 1;
      text += " ";
    } else if (token.type === "html_inline") {
      readHtml(token.content, { line, anchors, links });
    } else if (token.type === "code_inline") {
      codes.push({ line, text: token.content });
      cellCodes.push(token.content);
      text += token.content;
    } else if (token.type === "text") {
      text += token.content;
    }
  }
  return { text, cellCodes };
}

function readHtml(html: string, { line, anchors, links }: Sinks): void {
  function visit(node: DefaultTreeAdapterTypes.Node): void {
    for (const { name, value } of "attrs" in node ? node.attrs : []) {
      if (name === "id" || name === "name") {
        anchors.add(value);
      } else if (name === "href" || name === "src" || name === "srcset") {
        links.push({ line, text: value });
      }
    }
    for (const child of "childNodes" in node ? node.childNodes : []) {
      visit(child);
    }
  }
  visit(parseFragment(html));
}

/** The inline code and the lines of shell, or of blocks without a language, of a document. */
export function readCommands({ codes, blocks }: MarkdownDocument): Located[] {
  const shell = blocks.filter(({ language }) => SHELLS.has(language));
  return [...codes, ...shell.flatMap(readLines)];
}

export function readLines({ line, text }: Located): Located[] {
  return text.split("\n").map((one, index) => ({ line: line + index, text: one }));
}

const SHELLS: ReadonlySet<string> = new Set(["", "sh", "bash", "shell", "console"]);
