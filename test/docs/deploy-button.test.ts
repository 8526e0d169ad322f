import { readdir, readFile } from "node:fs/promises";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { parseEnvironment, VARIABLES } from "../../lib/environment.ts";
import packageJson from "../../package.json" with { type: "json" };
import { CONFIGURED } from "../fixtures/variables.ts";

const ROOT = new URL("../../", import.meta.url);
const REPOSITORY = packageJson.repository.replace(/^github:/u, "https://github.com/");
const DOCUMENTS = new Map(
  await Promise.all(
    (await readdir(ROOT, { recursive: true }))
      .filter((name) => /^(?:[^/]+|(?:docs|infra)\/.+)\.md$/u.test(name))
      .map(async (name) => [name, await readFile(new URL(name, ROOT), "utf8")] as const),
  ),
);
const buttons = [...DOCUMENTS].flatMap(([name, text]) =>
  [...text.matchAll(/\]\((?<url>https:\/\/vercel\.com\/new\/clone\?[^)\s]+)\)/gu)].map(
    ({ groups }) => ({ name, query: new URL(groups?.["url"] ?? "").searchParams }),
  ),
);

describe("the Deploy button", () => {
  it("is in the README", () => {
    expect(buttons.map(({ name }) => name)).toContain("README.md");
  });

  it.each(buttons)("of $name clones the repository of package.json", ({ query }) => {
    expect(query.get("repository-url")).toBe(REPOSITORY);
  });

  it.each(buttons)(
    "of $name asks for variables that the app reads, and for no secret of Slack",
    ({ query }) => {
      const asked = query.get("env")?.split(",") ?? [];
      expect(asked).not.toEqual([]);
      expect(asked.filter((name) => !VARIABLES.includes(name))).toEqual([]);
      expect(asked.filter((name) => name.startsWith("SLACK_"))).toEqual([]);
    },
  );

  it.each(buttons)("of $name fills in values that are well formed", ({ query }) => {
    const Defaults = v.record(v.string(), v.string());
    const defaults = v.parse(Defaults, JSON.parse(query.get("envDefaults") ?? ""));
    const asked = query.get("env")?.split(",") ?? [];
    expect(Object.keys(defaults).filter((name) => !asked.includes(name))).toEqual([]);
    expect(() => parseEnvironment({ ...CONFIGURED, ...defaults })).not.toThrow();
  });

  it.each(buttons)("of $name leads to a section that describes what it asks for", ({ query }) => {
    const [, path = "", anchor = ""] =
      /\/blob\/main\/(?<path>[^#]+)#(?<anchor>.+)$/u.exec(query.get("envLink") ?? "") ?? [];
    expect(query.get("envLink")).toBe(`${REPOSITORY}/blob/main/${path}#${anchor}`);
    const sections = DOCUMENTS.get(path)?.split(/^## /mu) ?? [];
    const section = sections.find((text) => slugOf(text.split("\n")[0] ?? "") === anchor) ?? "";
    const described = [...section.matchAll(/^\| `(?<name>\w+)`/gmu)].map(
      ({ groups }) => groups?.["name"],
    );
    expect(query.get("env")?.split(",")).toEqual(described);
  });
});

it.each([...DOCUMENTS])("%s names no other repository of this project", (_, text) => {
  const named = text.match(/https:\/\/github\.com\/[\w.-]+\/upload-to-s3\b/gu) ?? [];
  expect(named.filter((url) => url !== REPOSITORY)).toEqual([]);
});

function slugOf(heading: string): string {
  return heading.toLowerCase().replaceAll(" ", "-");
}
