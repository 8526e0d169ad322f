import { posix } from "node:path";
import { Marked, type Token, type Tokens } from "marked";

/**
 * Makes a page of a Markdown document, for the setup page to link to. Links to the other `documents` lead to their
 * pages. What is not published, such as source code, stays text, and so do images, which may be elsewhere.
 */
export function renderDocument(
  name: string,
  markdown: string,
  documents: ReadonlySet<string>,
): string {
  const marked = new Marked();
  const slugs = new Map<string, number>();
  marked.use({
    walkTokens(token: Token) {
      if (token.type === "link") {
        token["href"] = resolveLink(name, String(token["href"]), documents);
      }
    },
    renderer: {
      heading({ tokens, depth }: Tokens.Heading) {
        const slug = slugOf(this.parser.parseInline(tokens, this.parser.textRenderer), slugs);
        return `<h${depth} id="${slug}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link) {
        const text = this.parser.parseInline(tokens);
        return href === "" ? text : `<a href="${escapeHtml(href)}">${text}</a>`;
      },
      image: ({ text }: Tokens.Image) => escapeHtml(text),
      html: ({ text }: Tokens.HTML | Tokens.Tag) =>
        text.replaceAll(/<img\b[^>]*?\balt="([^"]*)"[^>]*>/gu, "$1"),
      table({ header, rows }: Tokens.Table) {
        const row = (cells: readonly Tokens.TableCell[], tag: string) =>
          `<tr>${cells.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join("")}</tr>`;
        const body = rows.map((cells) => row(cells, "td")).join("\n");
        // A wide table scrolls by itself, with the keyboard too.
        return `<div class="table" tabindex="0"><table><thead>${row(header, "th")}</thead><tbody>${body}</tbody></table></div>\n`;
      },
      code: ({ text }: Tokens.Code) => `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`,
    },
  });
  const language = /\.ko$|^docs\/ko\//u.test(name) ? "ko" : "en";
  return `<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <title>${name} · Upload to S3</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/setup-page.css" />
  </head>
  <body class="document">
    <nav><a href="/">← Upload to S3</a></nav>
    <main>
${marked.parse(markdown, { async: false })}    </main>
  </body>
</html>
`;
}

/** An address as a published page needs it, or "" where there is none. */
function resolveLink(from: string, href: string, documents: ReadonlySet<string>): string {
  if (/^(?:https:\/\/|#)/u.test(href)) {
    return href;
  }
  const [path = "", anchor] = href.split("#");
  const target = posix.join(posix.dirname(from), path).replace(/\.md$/u, "");
  const isPublished = path.endsWith(".md") && documents.has(target);
  return isPublished ? `/documents/${target}.html${anchor === undefined ? "" : `#${anchor}`}` : "";
}

/** The anchor that GitHub gives a heading. */
function slugOf(text: string, slugs: Map<string, number>): string {
  const slug = text
    .toLowerCase()
    .replaceAll(/&[a-z#\d]+;|[^\p{L}\p{M}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
  const count = slugs.get(slug) ?? 0;
  slugs.set(slug, count + 1);
  return count === 0 ? slug : `${slug}-${count}`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
