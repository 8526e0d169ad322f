import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { en } from "../../lib/i18n/en.ts";
import { takeLogs } from "../helpers/logs.ts";
import {
  buttonsIn,
  callsTo,
  markersIn,
  openShortcut,
  PNG,
  post,
  type Posted,
  repliesTo,
  sweep,
  tagsShown,
  TWO,
  upload,
} from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

const WAITS_MS = [500, 1000, 2000, 4000];
const MINUTE_MS = 60_000;
const CRON = { CRON_SECRET: "cron-secret" };
const NO_ADDRESS = { url_private: undefined, url_private_download: undefined };
/** These verdicts must not be given on a file that may still become ready. */
const VERDICTS = [en.failures.no_access, en.failures.gone, en.failures.external].map((sentence) =>
  sentence({ size: undefined, limit: "", maxMegapixels: 0 }),
);
const NOT_READY = "Slack is still preparing this file. Try again in a moment.";

/** Slack's answers to the first requests for a file that is not ready. */
const DELAYS: readonly [string, (stack: TestStack, times: number) => Partial<Shared>][] = [
  [
    "its login page",
    (stack, times) => {
      stack.slack.fault({ on: "download", kind: "login_page", times });
      return {};
    },
  ],
  [
    '"Error serving file."',
    (stack, times) => {
      stack.slack.fault({ on: "download", kind: "error_serving_file", times: times * 3 });
      return {};
    },
  ],
  [
    "no address, in the event and in files.info",
    (stack, times) => {
      // The first description is the event's.
      describeAfter(stack, times);
      return { overrides: NO_ADDRESS };
    },
  ],
  [
    "a file that files.info does not know",
    (stack, times) => {
      const error = "file_not_found";
      stack.slack.fault({ on: "files.info", kind: "platform_error", error, times });
      return { isConnectStub: true };
    },
  ],
  [
    "a file that files.info does not show to the app",
    (stack, times) => {
      const error = "not_in_channel";
      stack.slack.fault({ on: "files.info", kind: "platform_error", error, times });
      return { isConnectStub: true };
    },
  ],
];
type Shared = NonNullable<Parameters<TestStack["slack"]["postMessage"]>[0]["files"]>[number];

describe.each(DELAYS)("a new file of which Slack shows %s", (_, delay) => {
  it("is requested again after 0.5, 1, 2 and 4 s, and uploaded", async () => {
    await using stack = await startTestStack();
    const more = delay(stack, 4);
    const posted = await upload(stack, { files: [{ name: "a.png", bytes: PNG, ...more }] });
    expect(waitsOf(stack)).toEqual(WAITS_MS);
    expect(tagsShown(stack, posted)).toHaveLength(1);
    expect(markersIn(stack)).toEqual([]);
  });

  it("is reported as not ready after that, and uploaded by the next sweep", async () => {
    await using stack = await startTestStack(CRON);
    const more = delay(stack, 5);
    const posted = await upload(stack, { files: [{ name: "a.png", bytes: PNG, ...more }] });
    expect(waitsOf(stack)).toEqual(WAITS_MS);
    const reply = JSON.stringify(repliesTo(stack, posted));
    expect(reply).toContain(NOT_READY);
    for (const verdict of VERDICTS) {
      expect(reply).not.toContain(verdict);
    }
    expect(buttonsIn(repliesTo(stack, posted))).toMatchObject([{ action_id: "retry_upload" }]);
    expect(imagesIn(stack)).toMatchObject([{ state: "failed", code: "not_ready" }]);
    expect(takeLogs()).toContainEqual(
      expect.objectContaining({ event: "upload.failed", code: "not_ready" }),
    );

    stack.clock.nowMs += 14 * MINUTE_MS;
    expect(await sweep(stack)).toMatchObject({ finished: 1, open: 0 });
    expect(tagsShown(stack, posted)).toHaveLength(1);
    expect(repliesTo(stack, posted)).toHaveLength(1);
    expect(markersIn(stack)).toEqual([]);
  });
});

describe("a file that is not ready", () => {
  it("does not delay the others in its message", async () => {
    await using stack = await startTestStack();
    const [first = { name: "", bytes: PNG }, second = first] = TWO;
    const files = [{ ...first, overrides: NO_ADDRESS }, second];
    const posted = await upload(stack, { files });
    expect(tagsShown(stack, posted)).toHaveLength(1);
    expect(imagesIn(stack)).toMatchObject([{ code: "not_ready" }, { state: "uploaded" }]);
  });

  it("is judged at once if the message is two minutes old", async () => {
    await using stack = await startTestStack();
    const posted = post(stack);
    stack.slack.fault({ on: "download", kind: "login_page", times: Number.POSITIVE_INFINITY });
    stack.clock.nowMs = Number(posted.ts) * 1000 + 2 * MINUTE_MS;
    await deliver(stack, posted);
    expect(waitsOf(stack)).toEqual([]);
    expect(imagesIn(stack)).toMatchObject([{ code: "no_access" }]);
  });

  it("is judged by a later sweep if it never becomes ready", async () => {
    await using stack = await startTestStack(CRON);
    stack.slack.fault({ on: "download", kind: "login_page", times: Number.POSITIVE_INFINITY });
    const posted = await upload(stack);
    stack.clock.nowMs += 5 * MINUTE_MS;
    expect(await sweep(stack)).toMatchObject({ finished: 1, open: 0 });
    expect(imagesIn(stack)).toMatchObject([{ code: "no_access" }]);
    expect(JSON.stringify(repliesTo(stack, posted))).toContain("The app can't read this file.");
  });

  it("is not waited for beyond the function's time", async () => {
    await using stack = await startTestStack();
    stack.slack.fault({
      on: "download",
      kind: "login_page",
      times: Number.POSITIVE_INFINITY,
      when() {
        stack.clock.nowMs += 60 * MINUTE_MS;
        return true;
      },
    });
    await upload(stack);
    expect(waitsOf(stack)).toEqual([]);
    expect(callsTo(stack, "download")).toHaveLength(1);
    expect(imagesIn(stack)).toMatchObject([{ code: "not_ready" }]);
  });

  it("is not requested again if the scope is missing or somebody deleted it", async () => {
    for (const [error, code] of [
      ["missing_scope", "no_access"],
      ["file_deleted", "gone"],
    ] as const) {
      await using stack = await startTestStack();
      stack.slack.fault({ on: "files.info", kind: "platform_error", error });
      await upload(stack, { files: [{ name: "a.png", bytes: PNG, isConnectStub: true }] });
      expect(waitsOf(stack)).toEqual([]);
      expect(imagesIn(stack)).toMatchObject([{ code }]);
    }
  });

  it("does not make the shortcut say that the app was not invited", async () => {
    await using stack = await startTestStack({ AUTO_UPLOAD: "false" });
    const error = "file_not_found";
    stack.slack.fault({ on: "files.info", kind: "platform_error", error, times: 4 });
    const view = await openShortcut(stack, post(stack));
    expect(waitsOf(stack)).toEqual(WAITS_MS);
    expect(JSON.stringify(view)).not.toContain(en.modal.notInvited.slice(0, 40));
  });
});

describe("a file without an extension and of a type unknown to Slack", () => {
  const nothing = { filetype: "binary", original_w: undefined, thumb_64: undefined };
  const untold = {
    name: "IMG 0012",
    mimetype: "application/octet-stream",
    overrides: nothing,
  };

  it("is uploaded if its first bytes are those of an image", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack, { files: [{ ...untold, bytes: PNG }] });
    expect(tagsShown(stack, posted)).toHaveLength(1);
    expect(callsTo(stack, "download")).toHaveLength(2);
  });

  it.each([
    ["text", Buffer.from("#!/bin/sh\n")],
    ["nothing", Buffer.alloc(0)],
    ["more than the limit", Buffer.alloc(3000)],
    ["half a signature", PNG.subarray(0, 5)],
  ])("is ignored silently if it is %s", async (_, bytes) => {
    await using stack = await startTestStack({ MAX_IMAGE_BYTES: "2000" });
    const posted = await upload(stack, { files: [{ ...untold, bytes }] });
    expect(repliesTo(stack, posted)).toEqual([]);
    expect(stack.slack.requests.map(({ method }) => method)).toEqual(["download"]);
    expect(markersIn(stack)).toEqual([]);
  });

  it("is inspected before the others are announced, and leaves no trace among them", async () => {
    await using stack = await startTestStack();
    const script = { ...untold, bytes: Buffer.from("#!/bin/sh\n") };
    const files = [script, { name: "a.png", bytes: PNG }];
    const posted = await upload(stack, { files });
    expect(callsTo(stack, "chat.postMessage")).toMatchObject([
      { args: { text: "Uploading 1 image…" } },
    ]);
    expect(JSON.stringify(repliesTo(stack, posted))).not.toContain("IMG 0012");
  });

  it("is waited for like any other, and is not mentioned until it is known", async () => {
    await using stack = await startTestStack(CRON);
    stack.slack.fault({ on: "download", kind: "login_page", times: 5 });
    const posted = await upload(stack, { files: [{ ...untold, bytes: PNG }] });
    expect(waitsOf(stack)).toEqual(WAITS_MS);
    expect(repliesTo(stack, posted)).toEqual([]);
    expect(markersIn(stack)).toHaveLength(1);

    stack.clock.nowMs += MINUTE_MS;
    expect(await sweep(stack)).toMatchObject({ finished: 1, open: 0 });
    expect(tagsShown(stack, posted)).toHaveLength(1);
  });
});

/** From now on, Slack knows the address of every file. */
function describeAfter(stack: TestStack, times: number): void {
  let asked = 0;
  stack.slack.fault({
    on: "files.info",
    kind: "error_500",
    times: Number.POSITIVE_INFINITY,
    when() {
      asked += 1;
      if (asked > times) {
        for (const { id, object } of filesIn(stack)) {
          const team = stack.slack.teamId;
          object["url_private_download"] = `${stack.slack.origin}/files-pri/${team}-${id}/a.png`;
        }
      }
      return false;
    },
  });
}

function filesIn(stack: TestStack) {
  return [...stack.slack.state.files.values()].map(({ object }) => ({
    id: v.parse(v.string(), object["id"]),
    object,
  }));
}

/** Returns the images as they are in the record, however incomplete. */
function imagesIn({ s3 }: TestStack): unknown {
  const [record] = s3.objects("state/messages/");
  return v.parse(Images, record?.body.toString()).images;
}

const Images = v.pipe(v.string(), v.parseJson(), v.object({ images: v.unknown() }));

function waitsOf({ clock }: TestStack): number[] {
  return clock.sleeps.filter((ms) => WAITS_MS.includes(ms));
}

async function deliver(stack: TestStack, { channel, ts }: Posted): Promise<void> {
  await stack.send(stack.slack.envelopeOf(channel, ts));
  await stack.drain();
}
