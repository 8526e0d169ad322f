import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { inspectImage } from "../../lib/images/inspect-image.ts";
import { removeMetadata } from "../../lib/images/remove-metadata.ts";
import { createBucket } from "../../lib/storage/s3.ts";
import { takeLogs } from "../helpers/logs.ts";
import { contentCredentials, jpegSegment, spliced } from "../images/metadata-writers.ts";
import { contextsIn, markersIn } from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

const image = (name: string) => readFile(new URL(`../fixtures/images/${name}`, import.meta.url));
const PNG = await image("alpha.png");
const JPG = await image("baseline.jpg");
const GIF = await image("animated.gif");

type NewMessage = Parameters<TestStack["slack"]["postMessage"]>[0];

describe("an image posted in a channel", () => {
  it("comes back as a tag in its thread, and is served unchanged", async () => {
    await using stack = await startTestStack();
    const { message, envelope } = post(stack, { files: [{ name: "alpha.png", bytes: PNG }] });
    const response = await stack.send(envelope);
    expect([response.status, await response.text()]).toEqual([200, ""]);
    await stack.drain();

    const [object] = stack.s3.objects("images/");
    expect(object?.key).toMatch(/^images\/[0-9a-f-]{36}\.png$/u);
    expect(object).toMatchObject({
      body: PNG,
      contentType: "image/png",
      cacheControl: "public, max-age=31536000, immutable",
      metadata: {},
    });
    const url = `${stack.s3.publicBaseUrl}/${object?.key}`;
    expect(shownIn(stack, message.ts)).toEqual([
      "alpha.png",
      `<img src="${url}" alt="" width="48" height="32">`,
      `No description yet · 48 × 32 · ${PNG.byteLength} B`,
    ]);
    const served = await fetch(url);
    expect(Buffer.from(await served.arrayBuffer())).toEqual(PNG);
  });

  it("is announced first, and the announcement is edited into the result", async () => {
    await using stack = await startTestStack();
    const files = [PNG, JPG, GIF].map((bytes, index) => ({ name: `image ${index}`, bytes }));
    const { message, envelope } = post(stack, { files });
    await stack.send(envelope);
    await stack.drain();

    const calls = stack.slack.requests.filter(({ method }) => method.startsWith("chat."));
    expect(calls.map(({ method }) => method)).toEqual(["chat.postMessage", "chat.update"]);
    expect(calls[0]?.args).toMatchObject({
      thread_ts: message.ts,
      text: "Uploading 3 images…",
      unfurl_links: "false",
      unfurl_media: "false",
    });
    expect(calls[1]?.args).toMatchObject({ text: "3 images uploaded: image 0, image 1, image 2" });
    expect(repliesTo(stack, message.ts)).toHaveLength(1);
    const extensions = stack.s3.objects("images/").map(({ key }) => key.split(".").at(-1));
    expect(new Set(extensions)).toEqual(new Set(["gif", "jpg", "png"]));
  });

  it.each([1, 10, 30])("takes few calls, for %i images", async (count) => {
    await using stack = await startTestStack();
    const files = Array.from({ length: count }, (_, index) => ({ name: `${index}`, bytes: PNG }));
    const { envelope } = post(stack, { files });
    await stack.send(envelope);
    await stack.drain();
    const calls = stack.s3.requests.map(({ method, key }) => `${method} ${key.split("/")[0]}`);
    const state = calls.filter((call) => call.endsWith(" state"));
    expect(state.toSorted()).toEqual(["DELETE state", "PUT state", "PUT state", "PUT state"]);
    expect(calls).toHaveLength(state.length + count);
    const slack = stack.slack.requests.map(({ method }) => method);
    const posts = slack.filter((method) => method === "chat.postMessage");
    expect(slack.filter((method) => method === "chat.update")).toHaveLength(1);
    // One call for each part of the reply, which Slack's limits split for thirty images.
    expect(posts).toHaveLength(repliesTo(stack, envelopeTs(envelope)).length);
    expect(slack).toHaveLength(count + 1 + posts.length);
  });

  it("leaves a private record with all that a later edit needs", async () => {
    await using stack = await startTestStack();
    const { message, envelope } = post(stack, { files: [{ name: "alpha.png", bytes: PNG }] });
    await stack.send(envelope);
    await stack.drain();

    const { key, body } = onlyRecord(stack);
    expect(key).toBe(`state/messages/${stack.slack.teamId}/${channelOf(stack)}/${message.ts}.json`);
    expect(JSON.parse(body.toString())).toMatchObject({
      version: 2,
      source: {
        type: "message",
        channelId: channelOf(stack),
        ts: message.ts,
        threadTs: message.ts,
      },
      uploader: message.user,
      reply: { channelId: channelOf(stack), ts: [repliesTo(stack, message.ts)[0]?.ts] },
      images: [
        {
          name: "alpha.png",
          key: stack.s3.objects("images/")[0]?.key,
          type: "image/png",
          width: 48,
          height: 32,
          bytes: PNG.byteLength,
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/u),
          alt: "",
          requestedBy: [],
          state: "uploaded",
        },
      ],
    });
    expect(JSON.parse(body.toString())).not.toHaveProperty("lease");
    expect(markersIn(stack)).toEqual([]);
    const leaked = await fetch(`${stack.s3.publicBaseUrl}/${key}`);
    expect(leaked.status).toBe(403);
  });

  it("is uploaded even if another entry of the message's files can't be read, which is logged", async () => {
    await using stack = await startTestStack();
    const { message, envelope } = post(stack, { files: [{ name: "a.png", bytes: PNG }] });
    const { event } = v.parse(AnyMessage, envelope);
    const files = [null, ...event.files, { name: "b.png" }, { id: "no id!" }];
    await stack.send({ ...envelope, event: { ...event, files } });
    await stack.drain();
    expect(shownIn(stack, message.ts)).toHaveLength(3);
    expect(takeLogs()).toContainEqual(
      expect.objectContaining({ level: "warn", event: "files.unreadable", count: 3 }),
    );
  });

  it("is answered in the thread in which it was posted", async () => {
    await using stack = await startTestStack();
    const parent = post(stack, { text: "pictures here", files: [] });
    const { envelope } = post(stack, {
      files: [{ name: "a.png", bytes: PNG }],
      threadTs: parent.message.ts,
    });
    await stack.send(envelope);
    await stack.drain();
    expect(repliesTo(stack, parent.message.ts)).toHaveLength(1);
  });

  it("is identified by its bytes, whatever its name", async () => {
    await using stack = await startTestStack();
    const files = [
      { name: "photo", bytes: JPG, mimetype: "image/jpeg" },
      { name: "drawing.jpg", bytes: PNG, mimetype: "image/jpeg" },
    ];
    const { envelope } = post(stack, { files });
    await stack.send(envelope);
    await stack.drain();
    const objects = stack.s3.objects("images/");
    const types = objects.map(({ key, contentType }) => `${key.split(".").at(-1)} ${contentType}`);
    expect(new Set(types)).toEqual(new Set(["jpg image/jpeg", "png image/png"]));
  });

  it("comes back in every configured format, in that order, and in Korean", async () => {
    await using stack = await startTestStack({
      TAG_FORMATS: "url,markdown,wrapped,custom",
      TAG_WRAPPER_CLASS: "wide",
      TAG_TEMPLATE: "[{filename}|{width}x{height}|{key}]",
      LOCALE: "ko",
      PUBLIC_BASE_URL: "https://cdn.example.com/media/",
      IMAGE_PREFIX: "img",
    });
    const { message, envelope } = post(stack, { files: [{ name: "a.png", bytes: PNG }] });
    await stack.send(envelope);
    await stack.drain();
    const key = stack.s3.objects("img/")[0]?.key;
    const url = `https://cdn.example.com/media/${key}`;
    expect(shownIn(stack, message.ts).slice(1)).toEqual([
      "\nURL",
      url,
      "Markdown",
      `![](${url})`,
      "래퍼가 있는 HTML",
      `<div class="wide"><img src="${url}" alt="" width="48" height="32"></div>`,
      "템플릿",
      `[a.png|48x32|${key}]`,
      `설명 없음 · 48 × 32 · ${PNG.byteLength} B`,
    ]);
    expect(
      stack.slack.requests.find(({ method }) => method === "chat.postMessage")?.args,
    ).toMatchObject({
      text: "이미지 1개를 업로드하는 중입니다. 잠시만 기다려 주세요!",
    });
  });

  it.each([10, 30])("is one of %i, and the reply stays within Slack's limits", async (count) => {
    await using stack = await startTestStack({ TAG_FORMATS: "html,markdown,url" });
    const files = Array.from({ length: count }, (_, index) => ({
      name: `${index}.png`,
      bytes: PNG,
    }));
    const { message, envelope } = post(stack, { files });
    await stack.send(envelope);
    await stack.drain();
    const names = shownIn(stack, message.ts).filter((text) => /^\d+\.png$/u.test(text));
    expect(names).toEqual(files.map(({ name }) => name));
    expect(
      stack.slack.requests.filter(({ status, error }) => status !== 200 || error !== undefined),
    ).toEqual([]);
    const replies = repliesTo(stack, message.ts).map(({ ts }) => ts);
    expect(JSON.parse(onlyRecord(stack).body.toString())).toMatchObject({
      reply: { ts: replies },
    });
  });

  it("is found through Slack Connect's stubs, and stubs of other files get no reply", async () => {
    await using stack = await startTestStack();
    const { message, envelope } = post(stack, {
      files: [{ name: "a.png", bytes: PNG, isConnectStub: true }],
    });
    await stack.send(envelope);
    await stack.drain();
    expect(shownIn(stack, message.ts)[0]).toBe("a.png");
    expect(stack.slack.requests.map(({ method }) => method)).toContain("files.info");

    const document = post(stack, {
      files: [
        {
          name: "a.pdf",
          bytes: Buffer.from("%PDF-1.7"),
          mimetype: "application/pdf",
          isConnectStub: true,
        },
      ],
    });
    await stack.send(document.envelope);
    await stack.drain();
    expect(repliesTo(stack, document.message.ts)).toEqual([]);
  });

  it("loses its location, and the reply says so", async () => {
    await using stack = await startTestStack();
    const bytes = await image("metadata/location.jpg");
    const { message, envelope } = post(stack, { files: [{ name: "trip.jpg", bytes }] });
    await stack.send(envelope);
    await stack.drain();
    const [object] = stack.s3.objects("images/");
    expect(removeMetadata(bytes, "jpg")?.bytes).toEqual(new Uint8Array(object?.body ?? []));
    expect(object?.body.byteLength).toBeLessThan(bytes.byteLength);
    expect(shownIn(stack, message.ts)[2]).toMatch(/ · location removed$/u);
    expect(JSON.parse(onlyRecord(stack).body.toString())).toMatchObject({
      images: [{ bytes: object?.body.byteLength, removed: expect.arrayContaining(["location"]) }],
    });
  });

  it("is unchanged with KEEP_METADATA", async () => {
    await using stack = await startTestStack({ KEEP_METADATA: "true" });
    const bytes = await image("metadata/location.jpg");
    const { envelope } = post(stack, { files: [{ name: "trip.jpg", bytes }] });
    await stack.send(envelope);
    await stack.drain();
    expect(stack.s3.objects("images/")[0]?.body).toEqual(bytes);
  });

  it.each([
    ["as it was posted", {}],
    ["packed", { OPTIMIZE: "lossless" }],
    ["as WebP", { OPTIMIZE: "webp" }],
    [
      "scaled down, with variants",
      { MAX_WIDTH: "24", TAG_FORMATS: "picture", VARIANT_WIDTHS: "16" },
    ],
  ])(
    "keeps its creator with KEEP_METADATA=credit, but not its location: %s",
    async (_, changed) => {
      await using stack = await startTestStack({ KEEP_METADATA: "credit", ...changed });
      const types = ["jpg", "png", "webp", "avif"];
      const files = await Promise.all(
        types.map(async (type) => ({
          name: `trip.${type}`,
          bytes: await image(`metadata/location.${type}`),
        })),
      );
      const heic = { name: "IMG_1.HEIC", bytes: await image("heic/location.heic") };
      const { message, envelope } = post(stack, { files: [...files, heic] });
      await stack.send(envelope);
      await stack.drain();
      const objects = stack.s3.objects("images/");
      expect(objects.length).toBeGreaterThanOrEqual(types.length + 1);
      for (const { body } of objects) {
        expect(removeMetadata(body, inspectImage(body)?.type ?? "gif")?.removed).toEqual([
          "credit",
        ]);
        expect(body.toString("latin1")).toContain("Secret Person");
      }
      expect(
        shownIn(stack, message.ts)
          .join("")
          .match(/location removed/gu),
      ).toHaveLength(5);
      expect(shownIn(stack, message.ts).join("")).not.toContain("content credentials");
    },
  );

  it("loses content credentials and HDR brightness, and the reply says so", async () => {
    await using stack = await startTestStack();
    const manifest = jpegSegment(0xeb, "JP\0\x01\0\0\0\x01", contentCredentials());
    const gainMap = jpegSegment(0xe2, "urn:iso:std:iso:ts:21496:-1\0", Buffer.alloc(4));
    const files = [
      { name: "made.jpg", bytes: spliced(JPG, 2, manifest) },
      { name: "bright.jpg", bytes: Buffer.concat([JPG, spliced(JPG, 2, gainMap)]) },
    ];
    const { message, envelope } = post(stack, { files });
    await stack.send(envelope);
    await stack.drain();
    const shown = shownIn(stack, message.ts).join("\n");
    expect(shown).toMatch(/made\.jpg\n<img .*\n.* · content credentials removed$/mu);
    expect(shown).toMatch(/bright\.jpg\n<img .*\n.* · HDR brightness removed$/mu);
    expect(shown.match(/removed/gu)).toHaveLength(2);
  });

  it("is refused if it is too damaged to be sure that nothing private is in it", async () => {
    await using stack = await startTestStack();
    const whole = await image("text-chunks.png");
    const bytes = whole.subarray(0, whole.byteLength - 6);
    const { message, envelope } = post(stack, { files: [{ name: "cut.png", bytes }] });
    await stack.send(envelope);
    await stack.drain();
    expect(shownIn(stack, message.ts).join("")).toContain("This file is damaged");
    expect(stack.s3.objects("images/")).toEqual([]);
  });

  it("is logged by ids, keys and durations", async () => {
    await using stack = await startTestStack();
    const { envelope } = post(stack, {
      files: [{ name: "private name.png", bytes: PNG }],
      text: "secret plans",
    });
    await stack.send(envelope);
    await stack.drain();
    const logs = takeLogs();
    expect(logs.map(({ event }) => event).toSorted()).toEqual([
      "message.answered",
      "reply.posted",
      "upload.claimed",
      "upload.finished",
      "upload.stored",
    ]);
    expect(JSON.stringify(logs)).not.toMatch(/private name|secret plans/u);
  });
});

describe("a message delivered again", () => {
  it("changes nothing, whether with the same event id or another", async () => {
    await using stack = await startTestStack();
    const { message, envelope } = post(stack, { files: [{ name: "a.png", bytes: PNG }] });
    await stack.send(envelope);
    await stack.drain();
    const before = { objects: stack.s3.objects(""), calls: stack.slack.requests.length };
    const headers = { "x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout" };
    expect((await stack.send(envelope, { headers })).status).toBe(200);
    expect((await stack.send({ ...envelope, event_id: "Ev0OTHER" })).status).toBe(200);
    await stack.drain();
    expect({ objects: stack.s3.objects(""), calls: stack.slack.requests.length }).toEqual(before);
    expect(repliesTo(stack, message.ts)).toHaveLength(1);
  });

  it("twenty times at once, on many instances, gives three objects and one reply", async () => {
    await using stack = await startTestStack();
    const files = [PNG, JPG, GIF].map((bytes, index) => ({ name: `${index}`, bytes }));
    const { message, envelope } = post(stack, { files });
    const deliveries = Array.from({ length: 20 }, (_, index) =>
      stack.send(
        { ...envelope, event_id: `Ev${index}` },
        { app: index % 2 ? stack.app : stack.createInstance() },
      ),
    );
    const statuses = (await Promise.all(deliveries)).map(({ status }) => status);
    await stack.drain();
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(stack.s3.objects("images/")).toHaveLength(3);
    expect(repliesTo(stack, message.ts)).toHaveLength(1);
    expect(stack.slack.requests.filter(({ method }) => method === "download")).toHaveLength(3);
  });

  it("is finished after the first worker's lease has expired, with the same keys and reply", async () => {
    await using stack = await startTestStack();
    const { message, envelope } = post(stack, { files: [{ name: "a.png", bytes: PNG }] });
    await stack.send(envelope);
    await stack.drain();
    const [object] = stack.s3.objects("images/");
    await rewriteRecord(stack, (record) => ({
      ...record,
      lease: {
        id: "dead",
        until: new Date(stack.clock.nowMs + 310_000).toISOString(),
        marker: "dead",
      },
      reply: undefined,
      images: record.images.map(({ fileId, name, uuid, alt }) => ({
        fileId,
        name,
        uuid,
        alt,
        requestedBy: [],
        retries: 0,
        state: "pending",
      })),
    }));

    await stack.send(envelope);
    await stack.drain();
    expect(JSON.parse(onlyRecord(stack).body.toString())).toMatchObject({
      lease: { id: "dead" },
    });

    stack.clock.nowMs += 311_000;
    await stack.send(envelope);
    await stack.drain();
    expect(JSON.parse(onlyRecord(stack).body.toString())).not.toHaveProperty("lease");
    expect(stack.s3.objects("images/").map(({ key }) => key)).toEqual([object?.key]);
    expect(repliesTo(stack, message.ts)).toHaveLength(1);
  });

  it("does not touch a record that can't be read, and logs it", async () => {
    await using stack = await startTestStack();
    const { envelope } = post(stack, { files: [{ name: "a.png", bytes: PNG }] });
    await stack.send(envelope);
    await stack.drain();
    await rewriteRecord(stack, (record) => ({ ...record, version: 3 }));
    const before = onlyRecord(stack).body;
    takeLogs();
    expect((await stack.send(envelope)).status).toBe(200);
    await stack.drain();
    expect(onlyRecord(stack).body).toEqual(before);
    expect(takeLogs()).toContainEqual(
      expect.objectContaining({ level: "error", event: "record.unreadable" }),
    );
  });
});

describe("if S3 or Slack fails, the app", () => {
  it("asks Slack to deliver again if the record can't be stored, and does nothing else", async () => {
    await using stack = await startTestStack();
    const { envelope } = post(stack, { files: [{ name: "a.png", bytes: PNG }] });
    stack.s3.fault({ on: "PUT", key: /^state\/messages/u, kind: "error_500", times: 3 });
    expect((await stack.send(envelope)).status).toBe(503);
    await stack.drain();
    expect(stack.slack.requests).toEqual([]);
    expect((await stack.send(envelope)).status).toBe(200);
    await stack.drain();
    expect(stack.s3.objects("images/")).toHaveLength(1);
  });

  it("survives a busy S3, a race of conditional puts and a lost answer", async () => {
    await using stack = await startTestStack();
    const { message, envelope } = post(stack, { files: [{ name: "a.png", bytes: PNG }] });
    stack.s3.fault({ on: "PUT", kind: "conflict", times: 1 });
    stack.s3.fault({ on: "PUT", kind: "executed_then_reset", times: 1 });
    expect((await stack.send(envelope)).status).toBe(200);
    stack.s3.fault({ on: "PUT", kind: "slow_down", times: 2, key: /^images/u });
    await stack.drain();
    expect(stack.s3.objects("images/")).toHaveLength(1);
    expect(shownIn(stack, message.ts)).toHaveLength(3);
  });

  it("says which image could not be stored, and delivers the others", async () => {
    await using stack = await startTestStack();
    const files = [
      { name: "a.png", bytes: PNG },
      { name: "b.jpg", bytes: JPG },
    ];
    stack.s3.fault({ on: "PUT", kind: "forbidden", key: /\.png$/u });
    const { message, envelope } = post(stack, { files });
    await stack.send(envelope);
    await stack.drain();
    expect(shownIn(stack, message.ts).slice(-2)).toEqual([
      "a.png",
      " — It couldn't be stored. Try again in a moment. If that fails, tell the person who runs this app.",
    ]);
    expect(stack.s3.objects("images/")).toHaveLength(1);
    expect(takeLogs()).toContainEqual(
      expect.objectContaining({
        event: "upload.failed",
        code: "not_stored",
        error: expect.stringContaining("403"),
      }),
    );
  });

  it("waits as long as Slack asks if it is rate limited, and posts once", async () => {
    await using stack = await startTestStack();
    stack.slack.fault({ on: "chat.postMessage", kind: "rate_limited", retryAfterSeconds: 7 });
    stack.slack.fault({ on: "chat.update", kind: "rate_limited", retryAfterSeconds: 3 });
    const { message, envelope } = post(stack, { files: [{ name: "a.png", bytes: PNG }] });
    await stack.send(envelope);
    await stack.drain();
    expect(stack.clock.sleeps).toEqual(expect.arrayContaining([7000, 3000]));
    expect(repliesTo(stack, message.ts)).toHaveLength(1);
  });

  it("recognizes rate limiting in an answer with status 200, in every method", async () => {
    await using stack = await startTestStack();
    const limited = { kind: "platform_error", error: "ratelimited", times: 2 } as const;
    for (const on of ["files.info", "chat.postMessage", "chat.update"]) {
      stack.slack.fault({ on, ...limited });
    }
    const files = [{ name: "a.png", bytes: PNG, isConnectStub: true }];
    const { message, envelope } = post(stack, { files });
    await stack.send(envelope);
    await stack.drain();
    // Slack names no time here, so each wait is twice as long as the last.
    expect(stack.clock.sleeps.filter((ms) => ms === 1000)).toHaveLength(3);
    expect(stack.clock.sleeps.filter((ms) => ms === 2000)).toHaveLength(3);
    expect(repliesTo(stack, message.ts)).toHaveLength(1);
    expect(shownIn(stack, message.ts)).toHaveLength(3);
    expect(stack.slack.requests.map(({ method }) => method)).not.toContain("conversations.replies");
  });

  it("never repeats a failed chat.postMessage, but checks whether it was carried out", async () => {
    await using stack = await startTestStack();
    stack.slack.fault({ on: "chat.postMessage", kind: "error_500" });
    const { message, envelope } = post(stack, { files: [{ name: "a.png", bytes: PNG }] });
    await stack.send(envelope);
    await stack.drain();
    const methods = stack.slack.requests
      .map(({ method }) => method)
      .filter((method) => method !== "download");
    expect(methods).toEqual([
      "chat.postMessage",
      "conversations.replies",
      "chat.postMessage",
      "chat.update",
    ]);
    expect(repliesTo(stack, message.ts)).toHaveLength(1);
  });

  it("deletes a message that Slack posted after the app had given up on it", async () => {
    await using stack = await startTestStack();
    const posted = post(stack, { files: [{ name: "a.png", bytes: PNG }] });
    const { ts } = posted.message;
    const channel = channelOf(stack);
    // The first post stalls until the app gives up on it. Slack carries it out while the app shows the tags.
    const when = () => {
      stack.clock.expire(8000);
      return true;
    };
    stack.slack.fault({ on: "chat.postMessage", kind: "stall", times: 1, when });
    const late = async () => {
      const mark = { event_type: "upload_to_s3_reply", event_payload: { source_ts: ts, part: 0 } };
      await fetch(`${stack.slack.apiUrl}chat.postMessage`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${stack.slack.botToken}`,
          "content-type": "application/json",
        },
        body: JSON.stringify({
          channel,
          thread_ts: ts,
          text: "Uploading 1 image…",
          metadata: mark,
        }),
      });
    };
    let isLate = false;
    stack.slack.fault({
      on: "chat.update",
      kind: "error_500",
      times: 1,
      when: () => {
        void late().then(() => (isLate = true));
        return true;
      },
    });
    await stack.send(posted.envelope);
    await stack.drain();
    await expect.poll(() => isLate).toBe(true);
    expect(repliesTo(stack, ts)).toHaveLength(1);
    expect(JSON.stringify(repliesTo(stack, ts))).toContain("rich_text_preformatted");
  });

  it("delivers the tags even if they could not be announced", async () => {
    await using stack = await startTestStack();
    stack.slack.fault({
      on: "chat.postMessage",
      kind: "platform_error",
      error: "restricted_action",
    });
    const { message, envelope } = post(stack, { files: [{ name: "a.png", bytes: PNG }] });
    await stack.send(envelope);
    await stack.drain();
    expect(shownIn(stack, message.ts)).toHaveLength(3);
  });

  it("reports every unavailable file, and that nothing was uploaded", async () => {
    await using stack = await startTestStack({ MAX_IMAGE_BYTES: "500" });
    const files = [
      { name: "big.png", bytes: Buffer.concat([PNG, Buffer.alloc(2000)]) },
      { name: "fake.png", bytes: Buffer.from("GIF? no."), mimetype: "image/png" },
    ];
    const { message, envelope } = post(stack, { files });
    await stack.send(envelope);
    await stack.drain();
    expect(shownIn(stack, message.ts)).toEqual([
      "big.png",
      expect.stringMatching(/^ — It is 2\.\d kB; the limit is 500 B\./u),
      "fake.png",
      " — This is not a PNG, JPG, GIF, WebP, AVIF or HEIC image. Export it as PNG or JPG and post that.",
    ]);
    expect(JSON.stringify(repliesTo(stack, message.ts))).toContain("⚠️ No files were uploaded.");
    expect(stack.s3.objects("images/")).toEqual([]);
  });

  it.each([
    ["login_page", "Slack is still preparing this file."],
    ["truncated", "It couldn't be downloaded from Slack."],
    ["error_500", "It couldn't be downloaded from Slack."],
  ] as const)("says what %s means", async (kind, sentence) => {
    await using stack = await startTestStack();
    stack.slack.fault({ on: "download", kind, times: kind === "login_page" ? 5 : 3 });
    const { message, envelope } = post(stack, { files: [{ name: "a.png", bytes: PNG }] });
    await stack.send(envelope);
    await stack.drain();
    expect(shownIn(stack, message.ts)[1]).toContain(sentence);
    expect(stack.s3.objects("images/")).toEqual([]);
  });
});

function channelOf(stack: TestStack): string {
  return [...stack.slack.state.channels.values()].find(({ name }) => name === "images")?.id ?? "";
}

function post(stack: TestStack, message: Partial<NewMessage> & Pick<NewMessage, "files">) {
  return stack.slack.postMessage({ channel: channelOf(stack), ...message });
}

function repliesTo(stack: TestStack, ts: string) {
  return stack.slack.thread(channelOf(stack), ts).filter((message) => message.bot_id !== undefined);
}

/** Returns every text in the reply's blocks, in order. */
function shownIn(stack: TestStack, ts: string): string[] {
  return repliesTo(stack, ts).flatMap(({ blocks }) => textsOf(blocks));
}

/** Returns the texts of rich_text, without button labels. */
function textsOf(node: unknown): string[] {
  if (typeof node !== "object" || node === null) {
    return [];
  }
  if ("type" in node && node.type === "context") {
    return contextsIn(node);
  }
  const isText = "type" in node && node.type === "text" && "text" in node;
  return isText ? [String(node.text)] : Object.values(node).flatMap(textsOf);
}

const AnyMessage = v.object({ event: v.looseObject({ files: v.array(v.unknown()) }) });

function envelopeTs(envelope: unknown): string {
  return v.parse(v.object({ event: v.object({ ts: v.string() }) }), envelope).event.ts;
}

function onlyRecord(stack: TestStack) {
  const [record, ...others] = stack.s3.objects("state/messages/");
  if (record === undefined || others.length > 0) {
    throw new Error(`expected one record, found ${others.length + (record ? 1 : 0)}`);
  }
  return record;
}

const LooseRecord = v.pipe(
  v.string(),
  v.parseJson(),
  v.looseObject({
    images: v.array(
      v.looseObject({ fileId: v.string(), name: v.string(), uuid: v.string(), alt: v.string() }),
    ),
  }),
);
type LooseRecord = v.InferOutput<typeof LooseRecord>;

/** Stores the state that another instance would have left. */
async function rewriteRecord(
  stack: TestStack,
  change: (record: LooseRecord) => LooseRecord,
): Promise<void> {
  const { key, body } = onlyRecord(stack);
  const { s3, clock } = stack;
  const credentials = { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey };
  const bucket = createBucket({
    bucket: s3.bucket,
    region: s3.region,
    endpoint: s3.endpoint,
    credentials,
    clock,
  });
  const changed = change(v.parse(LooseRecord, body.toString()));
  await bucket.put(key, Buffer.from(JSON.stringify(changed)), { contentType: "application/json" });
}
