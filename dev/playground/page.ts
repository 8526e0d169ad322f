import { fileURLToPath } from "node:url";
import path from "node:path";
import type { HttpBindings } from "@hono/node-server";
import type { BuildOptions, BuildResult, Message, OutputFile } from "esbuild";
import type { Hono } from "hono";

/** The page's files in memory, bundled when they are first asked for, and with `onRebuild` again after each change. */
export interface Page {
  /** Waits for the files, by name. Rejects with the errors in their code. */
  files(): Promise<ReadonlyMap<string, Uint8Array>>;
  close(): Promise<void>;
}

const FOLDER = fileURLToPath(new URL("page/", import.meta.url));

const OPTIONS: BuildOptions = {
  entryPoints: [path.join(FOLDER, "main.tsx")],
  absWorkingDir: FOLDER,
  outdir: "/playground",
  bundle: true,
  write: false,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  chunkNames: "[name]-[hash]",
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "silent",
};

export function bundlePage({ onRebuild }: { onRebuild?: (() => void) | undefined } = {}): Page {
  let files = new Map<string, Uint8Array>();
  let problem: string | undefined;
  const take = ({ outputFiles = [], errors }: BuildResult) => {
    files = new Map(outputFiles.map(toEntry));
    problem = errors.length === 0 ? undefined : errors.map(renderError).join("\n");
  };
  let begun: ReturnType<typeof begin> | undefined;
  return {
    async files() {
      await (begun ??= begin(take, onRebuild));
      if (problem !== undefined) {
        throw new Error(problem);
      }
      return files;
    },
    async close() {
      const context = await begun?.catch(() => undefined);
      await context?.dispose();
    },
  };
}

/** An error in the code does not keep it from beginning: the next change may mend it. */
async function begin(take: (result: BuildResult) => void, onRebuild: (() => void) | undefined) {
  const { context } = await import("esbuild");
  let isFirst = true;
  const built = await context({
    ...OPTIONS,
    plugins: [
      {
        name: "take",
        setup: (build) =>
          build.onEnd((result) => {
            take(result);
            if (!isFirst) {
              onRebuild?.();
            }
            isFirst = false;
          }),
      },
    ],
  });
  await built.rebuild().catch(() => undefined);
  if (onRebuild === undefined) {
    await built.dispose();
    return undefined;
  }
  await built.watch();
  return built;
}

function renderError({ text, location }: Message): string {
  return location === null ? text : `${location.file}:${location.line}: ${text}`;
}

function toEntry({ path: file, contents }: OutputFile): [string, Uint8Array] {
  return [path.basename(file), contents];
}

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

/** Serves `/` and `/playground/…`. Images may come from `imageOrigin`, the local CDN, and nothing else from elsewhere. */
export function servePage(
  app: Hono<{ Bindings: HttpBindings }>,
  { page, imageOrigin }: { page: Page; imageOrigin: Promise<string> },
): void {
  app.get("/", async (c) => {
    const headers = {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policyFor(await imageOrigin),
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    };
    try {
      return c.body(renderHtml(await page.files()), 200, headers);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return c.body(renderProblem(reason), 500, headers);
    }
  });
  app.get("/playground/:file", async (c) => {
    const name = c.req.param("file");
    const files = await page.files().catch(() => new Map<string, Uint8Array>());
    const contents = files.get(name);
    return contents === undefined
      ? c.notFound()
      : c.body(Buffer.from(contents), 200, {
          "content-type": TYPES[path.extname(name)] ?? "application/octet-stream",
          "cache-control": "no-store",
          "x-content-type-options": "nosniff",
        });
  });
}

/** Tags that the page renders may have inline styles. These load nothing that the policy forbids. */
function policyFor(imageOrigin: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    `img-src 'self' data: blob: ${imageOrigin}`,
    "connect-src 'self'",
    "font-src 'self'",
    "frame-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join("; ");
}

function renderHtml(files: ReadonlyMap<string, Uint8Array>): string {
  const style = files.has("main.css") ? '<link rel="stylesheet" href="/playground/main.css">' : "";
  return renderDocument(
    `${style}<script type="module" src="/playground/main.js"></script>`,
    '<div id="playground"></div>',
  );
}

/** Reloads by itself until the code is right. */
function renderProblem(reason: string): string {
  const text = reason.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return renderDocument(
    '<meta http-equiv="refresh" content="2">',
    `<h1>The page cannot be built</h1><pre>${text}</pre>`,
  );
}

function renderDocument(head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Upload to S3 playground</title>
<link rel="icon" href="data:,">
${head}
</head>
<body>${body}</body>
</html>
`;
}
