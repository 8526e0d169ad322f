import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import packageJson from "../../package.json" with { type: "json" };
import { renderDocument } from "./render-document.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The documents for people who deploy the app: all in these folders, and two beside them. */
const FOLDERS = ["docs", "infra"];
const DOCUMENT = /^(?:README|SECURITY|(?:docs|infra)\/.+?)(?:\.ko)?\.md$/u;

/** The files that the build adds to `public/`: their text by their path there. */
export async function makePageFiles(): Promise<Map<string, string>> {
  const paths = await listDocuments();
  const names = new Set(paths.map((file) => file.replace(/\.md$/u, "")));
  const files = new Map([
    ["manifest.json", await read("manifest.json")],
    ["version.json", JSON.stringify({ version: packageJson.version, documents: [...names] })],
  ]);
  for (const name of names) {
    const page = renderDocument(name, await read(`${name}.md`), names);
    files.set(`documents/${name}.html`, page);
  }
  return files;
}

async function listDocuments(): Promise<string[]> {
  const below = await Promise.all(
    FOLDERS.filter((folder) => existsSync(path.join(ROOT, folder))).map(async (folder) =>
      (await readdir(path.join(ROOT, folder), { recursive: true })).map(
        (file) => `${folder}/${file}`,
      ),
    ),
  );
  const files = [...(await readdir(ROOT)), ...below.flat()];
  return files.filter((file) => DOCUMENT.test(file)).toSorted();
}

function read(file: string): Promise<string> {
  return readFile(path.join(ROOT, file), "utf8");
}
