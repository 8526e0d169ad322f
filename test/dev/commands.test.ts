import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PNG } from "../helpers/person.ts";
import { type Checkout, createCheckout, type Finished, type Started } from "./checkout.ts";

const COMMANDS = [
  "dev/start",
  "dev/post",
  "dev/slack",
  "dev/load",
  "dev/reconcile",
  "dev/infra-env",
  "bench/bench",
];
/** Variables for another account, which a shell may hold. */
const STRAY = { AWS_SESSION_TOKEN: "stray", AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/other" };
const StackFile = v.pipe(v.string(), v.parseJson(), v.looseObject({ pid: v.number() }));

let checkout: Checkout;
let idle: Checkout;
let started: Started;

beforeAll(async () => {
  [checkout, idle] = await Promise.all([createCheckout(), createCheckout()]);
  started = await checkout.start(STRAY);
});

afterAll(async () => {
  await Promise.all([checkout[Symbol.asyncDispose](), idle[Symbol.asyncDispose]()]);
});

describe("npm start", () => {
  it("shows two tags although the path has a space and 한글 in it and the shell has stray keys", async () => {
    expect(started.stdout.match(/<img src="http:[^>]+>/gu)).toHaveLength(2);
    expect(await readdir(path.dirname(checkout.directory))).toEqual(["my app 한글"]);
    expect((await readdir(localFile(checkout))).toSorted()).toEqual([
      "functions.log",
      "s3",
      "stack.json",
    ]);
  });

  it("says that a stack is running, and where, and leaves it alone", async () => {
    const before = await readFile(localFile(checkout, "stack.json"), "utf8");
    const { pid, ...addresses } = v.parse(StackFile, before);
    const second = await checkout.run("dev/start");
    expect(second).toEqual(failing(`A local stack is already running as process ${pid}:`));
    for (const address of Object.values(addresses)) {
      expect(second.stderr).toContain(address);
    }
    expect(await readFile(localFile(checkout, "stack.json"), "utf8")).toBe(before);
  });

  it("ends with a sentence for each bad setting, before it has begun anything", async () => {
    const bad = { LOCALE: "xx", MAX_WIDTH: "-3" };
    const finished = await idle.run("dev/start", [], bad);
    expect(finished).toEqual(failing("Cannot start with these settings."));
    expect(finished.stderr).toMatch(/^ {2}LOCALE: "en" or "ko"$/mu);
    expect(finished.stderr).toMatch(/^ {2}MAX_WIDTH: /mu);
    expect(await readdir(idle.directory)).not.toContain(".local");
  });

  it("says that it cannot write, and why", async () => {
    await writeFile(localFile(idle), "");
    expect(await idle.run("dev/start")).toEqual(failing(`Cannot write into ${localFile(idle)}: `));
    await rm(localFile(idle));
  });

  it("ends when nobody reads its output, and removes its addresses", async () => {
    const { code, stderr } = await idle.runIntoHead("dev/start");
    expect([code, stderr]).toEqual([0, ""]);
    expect(await readdir(localFile(idle))).not.toContain("stack.json");
  });
});

describe("npm run post", () => {
  it("prints the thread of an image", async () => {
    const { code, stdout, stderr } = await post(checkout, { "사진 1.png": PNG });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/\[사진 1\.png\][^]*<img src="http:[^>]+ width="48" height="32">/u);
  });

  it.each([
    ["a PDF", { "report.pdf": Buffer.from("%PDF-1.4") }],
    ["an empty file without a type", { report: Buffer.alloc(0) }],
  ])("says that the app has no answer to %s", async (_, files) => {
    const { code, stdout, stderr } = await post(checkout, files);
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toContain("The app has no answer: there is no image in this message.");
  });

  it.each([
    ["a folder", "lib", "it is a folder"],
    ["a missing file", "missing.png", "there is no such file"],
    ["a device", "/dev/zero", "it is not a file"],
  ])("refuses %s", async (_, name, reason) => {
    const finished = await checkout.run("dev/post", ["package.json", name]);
    expect(finished).toEqual(failing(`Cannot read ${name}: ${reason}`));
  });

  it("ends silently when nobody reads on", async () => {
    await writeFile(path.join(checkout.directory, "a.png"), PNG);
    const { code, stderr } = await checkout.runIntoHead("dev/post", ["a.png"]);
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("does not mistake another checkout's stack for its own", async () => {
    const other = await readFile(localFile(checkout, "stack.json"), "utf8");
    const stale = { ...v.parse(StackFile, other), pid: 1 };
    await mkdir(localFile(idle), { recursive: true });
    await writeFile(localFile(idle, "stack.json"), JSON.stringify(stale));
    const finished = await idle.run("dev/post", ["package.json"]);
    expect(finished).toEqual(failing("The local stack is not running: start it with `npm start`"));
  });
});

describe("every command", () => {
  it.each(COMMANDS)("%s says with --help how it is used", async (command) => {
    const { code, stdout, stderr } = await idle.run(command, ["--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^ {2}.*npm (?:run|start)/mu);
  });

  it.each([
    ["dev/start", "--nonsense"],
    ["dev/load", "--messages=many"],
    ["dev/export", "--nonsense"],
    ["bench/bench", "nonsense"],
  ])("%s refuses %s", async (command, argument) => {
    expect(await idle.run(command, [argument])).toEqual(failing(argument.replace(/^.*=/u, "")));
  });
});

describe("stopping", () => {
  it("leaves the addresses of another stack alone", async () => {
    const other = JSON.stringify({ pid: 1, slack: "http://127.0.0.1:1", functions: "http://x" });
    await writeFile(localFile(checkout, "stack.json"), other);
    expect(await started.stop()).toBe(0);
    expect(await readFile(localFile(checkout, "stack.json"), "utf8")).toBe(other);
  });
});

function localFile({ directory }: Checkout, name = ""): string {
  return path.join(directory, ".local", name).replace(/\/$/u, "");
}

async function post(
  commands: Checkout,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<Finished> {
  await Promise.all(
    Object.entries(files).map(([name, bytes]) =>
      writeFile(path.join(commands.directory, name), bytes),
    ),
  );
  return commands.run("dev/post", Object.keys(files));
}

/** Expects exit code 1 and this sentence. */
function failing(sentence: string): Finished {
  return { code: 1, stdout: "", stderr: expect.stringContaining(sentence) };
}
