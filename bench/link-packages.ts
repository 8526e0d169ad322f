import { link, mkdir, readdir, readlink, symlink } from "node:fs/promises";
import path from "node:path";

/** Gives a copy of this project its packages without copying a byte: the build follows no symbolic link out of it. */
export async function linkPackages(from: string, to: string): Promise<void> {
  await linkFolder(path.join(from, "node_modules"), path.join(to, "node_modules"));
}

async function linkFolder(from: string, to: string): Promise<void> {
  await mkdir(to);
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
      if (entry.isDirectory()) {
        await linkFolder(source, target);
      } else if (entry.isSymbolicLink()) {
        await symlink(await readlink(source), target);
      } else {
        await link(source, target);
      }
    }),
  );
}
