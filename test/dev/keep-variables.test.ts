import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseEnv } from "node:util";
import { expect, it } from "vitest";
import { keepVariables } from "../../dev/stack/keep-variables.ts";

it("keepVariables() writes the app's variables so that they are read back, for their owner only", async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "variables-"));
  const file = path.join(directory, ".env");
  try {
    await writeFile(file, "", { mode: 0o644 });
    const kept = keepVariables(directory);
    const variables = {
      S3_BUCKET: "images",
      TAG_TEMPLATE: `<a href="{url}" title='#1'>{alt}</a>`,
      TAG_WRAPPER_CLASS: "a # b",
      LOCALE: " ko",
    };
    await kept.write({ ...variables, HOME: "/home", STATE_BUCKET: "", MAX_WIDTH: undefined });
    expect(parseEnv(await readFile(file, "utf8"))).toEqual(variables);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    kept.remove();
    await expect(stat(file)).rejects.toThrow("ENOENT");
  } finally {
    await rm(directory, { recursive: true });
  }
});
