import { readFile, stat } from "node:fs/promises";

/** Reads a file that somebody named. Rejects with a sentence. */
export async function readNamedFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  await requireFile(path);
  return explaining(path, async () => new Uint8Array(await readFile(path)));
}

/** Refuses folders, and devices, whose content may be endless. */
export async function requireFile(path: string): Promise<void> {
  const found = await explaining(path, () => stat(path));
  if (found.isDirectory()) {
    throw new Error(`Cannot read ${path}: it is a folder, so name the files in it`);
  }
  if (!found.isFile()) {
    throw new Error(`Cannot read ${path}: it is not a file`);
  }
}

async function explaining<Result>(path: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    throw new Error(`Cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const code = "code" in error ? String(error.code) : "";
  return REASONS[code] ?? error.message;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "permission denied",
};
