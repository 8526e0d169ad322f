import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { makePageFiles } from "./setup-page/page-files.ts";

/** Vercel publishes this folder. */
const PUBLIC = fileURLToPath(new URL("../public/", import.meta.url));

for (const [name, text] of await makePageFiles()) {
  const file = path.join(PUBLIC, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}
