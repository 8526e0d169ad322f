import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import vercel from "../../vercel.json" with { type: "json" };
import { makePageFiles } from "./page-files.ts";

const PUBLIC = new URL("../../public/", import.meta.url);

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Serves a file of the setup page as Vercel does after a build. `undefined` if there is none at that path. */
export async function servePage(pathname: string): Promise<Response | undefined> {
  const name = pathname === "/" ? "index.html" : pathname.slice(1);
  const body = (await makePageFiles()).get(name) ?? (await readPublic(name));
  if (body === undefined) {
    return undefined;
  }
  const headers = new Headers({ "content-type": CONTENT_TYPES[path.extname(name)] ?? "" });
  for (const { key, value } of vercel.headers.flatMap((rule) => rule.headers)) {
    headers.set(key, value);
  }
  return new Response(body, { headers });
}

/** A name that is not listed is not read, so that no path leads out of the folder. */
async function readPublic(name: string): Promise<string | undefined> {
  const names = await readdir(PUBLIC);
  return names.includes(name) && path.extname(name) in CONTENT_TYPES
    ? readFile(new URL(name, PUBLIC), "utf8")
    : undefined;
}
