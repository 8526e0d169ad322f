import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveHttp } from "../helpers/http-server.ts";
import { PNG } from "../helpers/person.ts";
import { type Checkout, createCheckout, type Finished, type Started } from "./checkout.ts";

const COMMANDS = [
  "dev/start",
  "dev/post",
  "dev/slack",
  "dev/load",
  "dev/reconcile",
  "dev/infra-env",
  "dev/export",
  "dev/doctor",
  "bench/bench",
];
/** Variables for another account, which a shell may hold. */
const STRAY = { AWS_SESSION_TOKEN: "stray", AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/other" };
const StackFile = v.pipe(
  v.string(),
  v.parseJson(),
  v.looseObject({ pid: v.number(), functions: v.optional(v.string(), "") }),
);

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
      ".env",
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

describe("npm run doctor", () => {
  const VARIABLES = path.join(".local", ".env");

  it("finds nothing wrong with the stack of npm start, whose variables only its owner can read", async () => {
    expect((await stat(localFile(checkout, ".env"))).mode & 0o777).toBe(0o600);
    const { code, stdout, stderr } = await checkout.run("dev/doctor", ["--env", VARIABLES]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^✓ slack\.request-url\.events: /mu);
    expect(stdout).not.toContain("✗");
  });

  it("asks a deployment with --url, and prints its answer as JSON", async () => {
    const { functions } = await runningStack();
    const args = ["--url", `${functions}/any/path`, "--json"];
    const { code, stdout } = await checkout.run("dev/doctor", args, {
      CRON_SECRET: "local-cron-secret",
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ ok: true, checks: expect.any(Array) });
    const other = await checkout.run("dev/doctor", args, { CRON_SECRET: "planted-secret" });
    expect(other.code).toBe(1);
    expect(JSON.parse(other.stdout)).toEqual({
      ok: false,
      checks: [expect.objectContaining({ name: "deployment", ok: false, do: expect.any(String) })],
    });
    expect(other.stdout).not.toContain("planted");
  });

  it("fails with what to do under each failure, and without any value", async () => {
    const variables = await readFile(localFile(checkout, ".env"), "utf8");
    const wrong = `${variables}SLACK_BOT_TOKEN=planted-token\nCRON_SECRET=\n`;
    await writeFile(path.join(checkout.directory, "wrong.env"), wrong);
    const { code, stdout } = await checkout.run("dev/doctor", ["--env", "wrong.env"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ variables\.SLACK_BOT_TOKEN: .+\n {4}→ Set SLACK_BOT_TOKEN to /mu);
    expect(stdout).not.toContain("planted");

    await writeFile(path.join(checkout.directory, "wrong.env"), `${variables}CRON_SECRET=\n`);
    const { functions } = await runningStack();
    const named = await checkout.run("dev/doctor", ["--env", "wrong.env", "--url", functions]);
    expect(named.code).toBe(1);
    expect(named.stdout).toMatch(/^✗ cron\.secret: /mu);
    expect(named.stdout).toMatch(/^✓ slack\.request-url\.events: /mu);
  });

  it.each([
    [401, "text/html", "Deployment Protection"],
    [404, "text/plain", "Deploy this version"],
    [503, "text/plain", "CRON_SECRET"],
  ])("says what to do if a deployment answers %i and %s", async (status, type, remedy) => {
    await using deployment = await serveHttp((request, response) => {
      response.writeHead(status, { "content-type": type });
      response.end(request.url === "/api/health" ? '{"ok":false,"variables":["S3_BUCKET"]}' : "");
    });
    const args = ["--url", deployment.origin];
    const { code, stdout } = await idle.run("dev/doctor", args, { CRON_SECRET: "planted-secret" });
    expect(code).toBe(1);
    expect(stdout).toContain(remedy);
    expect(stdout.includes("S3_BUCKET")).toBe(status === 503);
  });

  it("says that nothing answers, that there is no file, no secret, no stack", async () => {
    const secret = { CRON_SECRET: "planted-secret" };
    const nowhere = await idle.run("dev/doctor", ["--url", "http://127.0.0.1:9"], secret);
    expect([nowhere.code, nowhere.stdout]).toEqual([1, expect.stringContaining("not answer")]);
    expect(await idle.run("dev/doctor")).toEqual(failing("Cannot read .env: there is no such"));
    const unnamed = await idle.run("dev/doctor", ["--url", "nonsense"], secret);
    expect(unnamed).toEqual(failing("Cannot ask: the address must look like"));
    const open = await idle.run("dev/doctor", ["--url", "http://127.0.0.1:9"], { CRON_SECRET: "" });
    expect(open).toEqual(failing("Cannot ask: put the deployment's CRON_SECRET"));
    await mkdir(localFile(idle), { recursive: true });
    await writeFile(localFile(idle, ".env"), "");
    const stopped = await idle.run("dev/doctor", ["--env", VARIABLES]);
    expect(stopped).toEqual(failing("The local stack is not running"));
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
    expect(await readdir(localFile(checkout))).not.toContain(".env");
    expect(await readFile(localFile(checkout, "stack.json"), "utf8")).toBe(other);
  });
});

async function runningStack(): Promise<v.InferOutput<typeof StackFile>> {
  return v.parse(StackFile, await readFile(localFile(checkout, "stack.json"), "utf8"));
}

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
