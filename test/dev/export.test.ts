import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportRows, READS_AT_ONCE } from "../../dev/export/export-rows.ts";
import { COLUMNS } from "../../dev/export/image-row.ts";
import { startLocalSlack } from "../../dev/local-slack/server.ts";
import { systemClock } from "../../lib/clock.ts";
import { type RecordImage, refOf, type UploadRecord } from "../../lib/records/record.ts";
import { createRecordStore, type RecordStore } from "../../lib/records/record-store.ts";
import { recordKey } from "../../lib/records/state-keys.ts";
import { type Bucket, createBucket } from "../../lib/storage/s3.ts";
import { environmentOf } from "../../dev/stack/stack.ts";
import { type LocalS3, startLocalS3 } from "../../dev/local-s3/server.ts";
import manifest from "../../manifest.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const HOSTILE_ALT = `=cmd|' /C calc'!A0, "파도" 위의\n해돋이`;
const Rows = v.pipe(v.string(), v.parseJson(), v.array(v.record(v.string(), v.unknown())));

let directory: string;
let slack: Awaited<ReturnType<typeof startLocalSlack>>;

beforeAll(async () => {
  [directory, slack] = await Promise.all([
    mkdtemp(path.join(tmpdir(), "export-")),
    startLocalSlack({ manifest }),
  ]);
});

afterAll(async () => {
  await Promise.all([rm(directory, { recursive: true, force: true }), slack.close()]);
});

describe("npm run export", () => {
  it("writes a row per image of every record that can be read, names the others, and exits with 1", async () => {
    await using s3 = await startLocalS3();
    await fill(s3, [FORM, THREAD, MESSAGE]);
    await put(s3, "state/messages/T1/C9/1.1.json", "{}");
    await put(s3, "state/messages/T1/C9/1.2.json", "no JSON");
    await put(s3, "state/messages/T1/C9/notes.txt", "not a record");
    const before = s3.requests.length;
    const { code, stdout, stderr } = await run(s3, ["--json"]);
    expect(v.parse(Rows, stdout)).toEqual([
      {
        ...EMPTY,
        url: `${s3.publicBaseUrl}/images/aaaa.png`,
        permalink: `${slack.origin}/archives/C1/p1764000001000100`,
        uploader: "U1",
        name: "sunrise.png",
        alt: HOSTILE_ALT,
        link: "https://example.com/?a=1,2",
        width: 1200,
        height: 630,
        bytes: 36_000,
        state: "uploaded",
        postedAt: "2025-11-24T16:00:01.000Z",
        editedAt: "2025-11-24T16:05:00.000Z",
        record: `messages/${slack.teamId}/C1/1764000001.000100`,
      },
      {
        ...EMPTY,
        permalink: `${slack.origin}/archives/C1/p1764000001000100`,
        uploader: "U1",
        name: "-1+1.svg",
        state: "failed",
        failure: "svg",
        postedAt: "2025-11-24T16:00:01.000Z",
        record: `messages/${slack.teamId}/C1/1764000001.000100`,
      },
      {
        ...EMPTY,
        url: `${s3.publicBaseUrl}/images/bbbb.jpg`,
        permalink: "https://app.slack.com/client/T0OTHER/C1/thread/C1-1764000001.000100",
        name: "gone.jpg",
        alt: "",
        state: "deleted",
        postedAt: "2025-11-24T16:01:40.000Z",
        deletedAt: "2025-11-24T17:00:00.000Z",
        record: "messages/T0OTHER/C1/1764000100.000200",
      },
      {
        ...EMPTY,
        name: "later.gif",
        state: "pending",
        postedAt: "2025-11-24T16:02:00.000Z",
        record: `forms/${slack.teamId}/V1`,
      },
    ]);
    expect(code).toBe(1);
    const reason = "Cannot read the record: it is not a record of version 2";
    expect(stderr.split("\n").toSorted()).toEqual([
      "",
      "The export lacks 2 records that cannot be read.",
      `messages/T1/C9/1.1: ${reason}`,
      `messages/T1/C9/1.2: ${reason}`,
    ]);
    const methods = new Set(s3.requests.slice(before).map(({ method }) => method));
    expect([...methods]).toEqual(["GET"]);
  });

  it("writes CSV in which no text is a formula, no cell breaks and Excel sees Korean", async () => {
    await using s3 = await startLocalS3();
    await fill(s3, [MESSAGE]);
    const { code, stdout, stderr } = await run(s3);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.startsWith(`\uFEFF${COLUMNS.join(",")}\n`)).toBe(true);
    expect(stdout).toContain(
      `,sunrise.png,"'=cmd|' /C calc'!A0, ""파도"" 위의\n해돋이","https://example.com/?a=1,2",1200,630,36000,uploaded,`,
    );
    expect(stdout).toContain(",'-1+1.svg,");
  });

  it("writes a file that only its owner may read, and nothing to stdout", async () => {
    await using s3 = await startLocalS3();
    await fill(s3, [FORM]);
    const out = path.join(directory, "images.json");
    expect(await run(s3, ["--json", "--out", out])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(v.parse(Rows, await readFile(out, "utf8"))).toHaveLength(1);
    expect((await stat(out)).mode & 0o777).toBe(0o600);
  });

  it("writes a header, or an empty array, when there is no record", async () => {
    await using s3 = await startLocalS3();
    expect((await run(s3)).stdout).toBe(`\uFEFF${COLUMNS.join(",")}\n`);
    expect((await run(s3, ["--json"])).stdout).toBe("[]\n");
  });

  it("needs no variable of Slack, and says that the links open the browser if the token is dead", async () => {
    await using s3 = await startLocalS3();
    await fill(s3, [MESSAGE]);
    const browser = `https://app.slack.com/client/${slack.teamId}/C1/thread/C1-1764000001.000100`;
    const none = { SLACK_BOT_TOKEN: "xoxb-", SLACK_SIGNING_SECRET: "" };
    const without = await run(s3, [], none);
    expect(without).toEqual({ code: 0, stdout: expect.stringContaining(browser), stderr: "" });
    const dead = await run(s3, [], { SLACK_BOT_TOKEN: "xoxb-dead" });
    expect(dead).toEqual({
      code: 0,
      stdout: expect.stringContaining(browser),
      stderr:
        "Cannot call auth.test: invalid_auth. The links to messages open Slack in the browser.\n",
    });
  });

  it("ends with a sentence if a variable is bad, or the store refuses, or the file cannot be written", async () => {
    await using s3 = await startLocalS3();
    const bad = await run(s3, [], { S3_BUCKET: "Bad_Name", PUBLIC_BASE_URL: "" });
    expect([bad.code, bad.stdout]).toEqual([1, ""]);
    expect(bad.stderr).toMatch(/^ {2}S3_BUCKET: the name of a bucket/mu);
    expect(bad.stderr).toMatch(/^ {2}PUBLIC_BASE_URL: /mu);
    expect(bad.stderr).not.toContain("Bad_Name");
    const refused = await run(s3, ["--json"], { AWS_SECRET_ACCESS_KEY: "wrong" });
    expect([refused.code, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toMatch(/^Cannot list object state\/messages\/: 403 /u);
    const nowhere = await run(s3, ["--out", path.join(directory, "none", "a.csv")]);
    expect(nowhere.stderr).toMatch(/^Cannot write .*: there is no such folder$/mu);
  });
});

describe("exportRows()", () => {
  it("reads no further ahead than its limit, and lists only when the turn comes", async () => {
    await using s3 = await startLocalS3();
    const { records, bucket } = openStore(s3);
    const keys = Array.from({ length: 3 * READS_AT_ONCE }, (_, index) =>
      recordKey("state/", `messages/T1/C1/1764000001.${index}`),
    );
    await Promise.all(keys.map((key) => bucket.put(key, Buffer.from("{}"), JSON_TYPE)));
    await fill(s3, [{ ...MESSAGE, teamId: "T0" }, FORM]);
    const before = s3.requests.length;
    for await (const { name } of exportRows({
      records,
      place: { publicBaseUrl: "https://cdn.example.com", workspace: undefined },
      onUnreadable: () => undefined,
    })) {
      expect(name).toBe("sunrise.png");
      break;
    }
    const read = s3.requests.slice(before).map(({ key }) => key);
    expect(read.filter((key) => key === "")).toHaveLength(1);
    expect(read.length).toBeLessThanOrEqual(1 + READS_AT_ONCE);
  });
});

const IMAGE = { uuid: "aaaa", fileId: "F1", requestedBy: [], retries: 0 };
const EMPTY = Object.fromEntries(COLUMNS.map((column) => [column, null]));

const UPLOADED: RecordImage = {
  ...IMAGE,
  state: "uploaded",
  name: "sunrise.png",
  key: "images/aaaa.png",
  type: "image/png",
  alt: HOSTILE_ALT,
  link: "https://example.com/?a=1,2",
  edited: { by: "U2", at: "2025-11-24T16:05:00.000Z" },
  width: 1200,
  height: 630,
  bytes: 36_000,
  sha256: "0".repeat(64),
};

const MESSAGE: UploadRecord = {
  version: 2,
  teamId: "",
  source: {
    type: "message",
    channelId: "C1",
    ts: "1764000001.000100",
    threadTs: "1764000001.000100",
  },
  uploader: "U1",
  promises: [],
  images: [UPLOADED, { ...IMAGE, state: "failed", name: "-1+1.svg", code: "svg" }],
};

const THREAD: UploadRecord = {
  version: 2,
  teamId: "T0OTHER",
  source: {
    type: "message",
    channelId: "C1",
    ts: "1764000100.000200",
    threadTs: "1764000001.000100",
  },
  promises: [],
  images: [
    {
      ...IMAGE,
      state: "deleted",
      name: "gone.jpg",
      alt: "",
      key: "images/bbbb.jpg",
      deletedBy: "U1",
      deletedAt: "2025-11-24T17:00:00.000Z",
    },
  ],
};

const FORM: UploadRecord = {
  version: 2,
  teamId: "",
  source: { type: "form", viewId: "V1", userId: "U1", sentAt: "2025-11-24T16:02:00.000Z" },
  promises: [],
  images: [{ ...IMAGE, state: "pending", name: "later.gif" }],
};

const JSON_TYPE = { contentType: "application/json" } as const;

function openStore(s3: LocalS3): { bucket: Bucket; records: RecordStore } {
  const { bucket: name, region, endpoint, accessKeyId, secretAccessKey } = s3;
  const credentials = { accessKeyId, secretAccessKey };
  const bucket = createBucket({ bucket: name, region, endpoint, credentials, clock: systemClock });
  return { bucket, records: createRecordStore({ bucket, prefix: "state/", clock: systemClock }) };
}

/** Stores these records. An empty team is the local Slack's own. */
async function fill(s3: LocalS3, records: readonly UploadRecord[]): Promise<void> {
  const store = openStore(s3).records;
  for (const record of records) {
    const owned = { ...record, teamId: record.teamId === "" ? slack.teamId : record.teamId };
    await store.create(refOf(owned), owned);
  }
}

async function put(s3: LocalS3, key: string, text: string): Promise<void> {
  await openStore(s3).bucket.put(key, Buffer.from(text), JSON_TYPE);
}

/** Runs the command with a file of variables, and others in its environment that it must not read. */
async function run(
  s3: LocalS3,
  args: readonly string[] = [],
  changed: Readonly<Record<string, string>> = {},
): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const file = path.join(directory, "variables.env");
  const variables = { ...environmentOf(slack, s3), ...changed };
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  await writeFile(file, lines.join("\n"));
  const all = ["--import", "tsx", "dev/export.ts", "--env", file, ...args];
  const env = {
    ...process.env,
    NODE_NO_WARNINGS: "1",
    AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/stray",
    STATE_PREFIX: "stray/",
  };
  return new Promise((resolve) => {
    execFile(process.execPath, all, { cwd: ROOT, env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}
