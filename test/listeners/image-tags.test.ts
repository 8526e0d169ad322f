import fc from "fast-check";
import { parseFragment } from "parse5";
import { describe, expect, it } from "vitest";
import { en } from "../../lib/i18n/en.ts";
import { ko } from "../../lib/i18n/ko.ts";
import viewSubmission from "../fixtures/payloads/view-submission-image-tags.json" with { type: "json" };
import { outline } from "../helpers/html.ts";
import { takeLogs } from "../helpers/logs.ts";
import {
  callsTo,
  fieldOf,
  markersIn,
  openEdit,
  openShortcut,
  PNG,
  post,
  press,
  recordIn,
  repliesTo,
  submit,
  submitAtOnce,
  tagsIn,
  tagsShown,
  textsIn,
  toldTo,
  upload,
  valuesIn,
  writtenIn,
  TWO,
} from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

describe("text in the modal", () => {
  it.each([
    ["link", "example.com", en.badLink],
    ["link", "/pictures", en.badLink],
    ["link", "//example.com", en.badLink],
    ["link", "https:example.com", en.badLink],
    ["link", "javascript:alert(1)", en.badLink],
    ["link", "data:text/html,x", en.badLink],
    ["link", "ftp://example.com/", en.badLink],
    ["link", "https://exa mple.com/", en.badLink],
    ["alt", "sunrise.jpg", en.badAlt.file_name],
    ["alt", "IMG_0001", en.badAlt.file_name],
    ["alt", "image", en.badAlt.says_nothing],
    ["alt", "Photo!", en.badAlt.says_nothing],
    ["alt", "이미지", en.badAlt.says_nothing],
    ["alt", "사진".normalize("NFD"), en.badAlt.says_nothing],
    ["alt", "Image from iOS", en.badAlt.says_nothing],
    ["alt", "Screenshot_20260301-100000_Slack", en.badAlt.file_name],
  ])("is refused under its field: %s %s", async (field, value, sentence) => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    const before = stack.s3.objects("");
    const view = await openEdit(stack, posted);
    const seen = await submit(stack, { [field]: value });
    expect(seen.problem).toBeUndefined();
    expect(seen.errors).toEqual({ [fieldOf(view, field)]: sentence });
    expect(stack.slack.viewOf()?.id).toBe(view?.id);
    expect(stack.s3.objects("")).toEqual(before);
  });

  it.each([
    ["link", "https://example.com/?a=1&b=2#c"],
    ["link", "http://localhost:3000"],
    ["link", "HTTPS://EXAMPLE.COM/"],
    ["link", "mailto:us@example.com?subject=Hello"],
    ["link", `https://example.com/${"a".repeat(1980)}`],
    ["alt", "Two children plant a tree in a park"],
    ["alt", "공원에서 나무를 심는 두 아이"],
    ["alt", "a".repeat(500)],
    ["alt", " An image of a sunrise over the sea "],
  ] as const)("is accepted: %s %s", async (field, value) => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await openEdit(stack, posted);
    const seen = await submit(stack, { [field]: value });
    expect([seen.errors, seen.problem]).toEqual([{}, undefined]);
    expect(recordIn(stack).images[0]?.[field]).toBe(value.trim());
  });

  it("is refused one character over the limits, even if a client lets it pass", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    const [fileId = ""] = posted.fileIds;
    const response = await send(stack, {
      ref: refOf(stack),
      fields: {
        [`link:${fileId}:record`]: `https://example.com/${"a".repeat(1981)}`,
        [`alt:${fileId}:record`]: "a".repeat(501),
      },
    });
    expect(await response.json()).toEqual({
      response_action: "errors",
      errors: {
        [`link:${fileId}:record`]: en.badLink,
        [`alt:${fileId}:record`]: en.badAlt.too_long,
      },
    });
  });

  it("is one line, even if a client lets more pass", async () => {
    await using stack = await startTestStack();
    const [fileId = ""] = (await upload(stack)).fileIds;
    const blockId = `alt:${fileId}:record`;
    const response = await send(stack, { ref: refOf(stack), fields: { [blockId]: "two\nlines" } });
    expect(await response.json()).toMatchObject({ errors: { [blockId]: en.badAlt.several_lines } });
  });

  it("is refused for every bad field at once, and none of it is stored", async () => {
    await using stack = await startTestStack({ LOCALE: "ko" });
    const posted = post(stack, { files: TWO });
    const view = await openShortcut(stack, posted);
    const [a, b] = posted.fileIds;
    const seen = await submit(stack, {
      [`link:${a}`]: "nowhere",
      [`alt:${a}`]: "A square",
      [`alt:${b}`]: "사진",
    });
    expect(seen.errors).toEqual({
      [fieldOf(view, `link:${a}`)]: ko.badLink,
      [fieldOf(view, `alt:${b}`)]: ko.badAlt.says_nothing,
    });
    expect(stack.s3.objects("")).toEqual([]);
  });

  it("is refused as the description of a decorative image, not dropped silently", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    const view = await openEdit(stack, posted);
    const before = stack.s3.objects("");
    const seen = await submit(stack, { alt: "Two trees", decorative: ["decorative"] });
    expect(seen.errors).toEqual({ [fieldOf(view, "alt")]: en.describedDecorative });
    expect(stack.s3.objects("")).toEqual(before);
    expect((await submit(stack, { alt: "", decorative: ["decorative"] })).errors).toEqual({});
    expect(recordIn(stack).images[0]).toMatchObject({ alt: "", decorative: true });
  });

  it("loses invisible characters in its link", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await openEdit(stack, posted);
    const seen = await submit(stack, { link: "\u200Bhttps://exam\u00ADple.com/\uFEFF" });
    expect([seen.errors, recordIn(stack).images[0]?.link]).toEqual([{}, "https://example.com/"]);
  });
});

describe("two people editing at once", () => {
  it("keep what they wrote into different fields", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await openEdit(stack, posted, { user: "jane" });
    await openEdit(stack, posted, { user: "minho" });
    await submit(stack, { alt: "A square" }, "jane");
    await submit(stack, { link: "https://example.com/" }, "minho");
    expect(writtenIn(stack)).toEqual({
      [`${posted.fileIds[0]}`]: { alt: "A square", link: "https://example.com/" },
    });
    expect(tagsShown(stack, posted)[0]).toMatch(
      /^<a href="https:\/\/example\.com\/"><img .*"A square"/u,
    );
  });

  it("keep what they wrote about different images, on two instances at the same time", async () => {
    await using stack = await startTestStack();
    stack.serveFrom(stack.createInstance(), stack.createInstance());
    const posted = await upload(stack, { files: TWO });
    const [a, b] = posted.fileIds;
    await openEdit(stack, posted, { fileId: a, user: "jane" });
    await openEdit(stack, posted, { fileId: b, user: "minho" });
    await Promise.all([
      submitAtOnce(stack, { alt: "A square" }, "jane"),
      submitAtOnce(stack, { alt: "A harbour" }, "minho"),
    ]);
    await stack.drain();
    expect(tagsShown(stack, posted)).toEqual([
      expect.stringContaining('alt="A square"'),
      expect.stringContaining('alt="A harbour"'),
    ]);
  });

  it("overwrite each other in the same field, and the last one wins", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await openEdit(stack, posted, { user: "jane" });
    await openEdit(stack, posted, { user: "minho" });
    await submit(stack, { alt: "A square" }, "jane");
    await submit(stack, { alt: "A blue square" }, "minho");
    expect(tagsShown(stack, posted)[0]).toContain('alt="A blue square"');
    expect(writtenIn(stack)).toEqual({ [`${posted.fileIds[0]}`]: { alt: "A blue square" } });
  });

  it("do not overwrite each other with a first description that was sent unchanged", async () => {
    await using stack = await startTestStack();
    const posted = post(stack, {
      files: [{ name: "a.png", bytes: PNG, altText: "From a camera" }],
    });
    await openShortcut(stack, posted, "jane");
    await stack.send(stack.slack.envelopeOf(posted.channel, posted.ts));
    await stack.drain();
    await openEdit(stack, posted, { user: "minho" });
    await submit(stack, { alt: "A square" }, "minho");
    await submit(stack, { link: "https://example.com/" }, "jane");
    expect(Object.values(writtenIn(stack))).toEqual([
      { alt: "A square", link: "https://example.com/" },
    ]);
  });

  it.each([1, 2, 5])(
    "lose no accepted edit, even if fifty edit at once on %i instances",
    async (count) => {
      await using stack = await startTestStack();
      stack.serveFrom(...Array.from({ length: count }, () => stack.createInstance()));
      const files = Array.from({ length: 10 }, (_, index) => ({
        name: `${index}.png`,
        bytes: PNG,
      }));
      const posted = await upload(stack, { files });
      const people = Array.from({ length: 50 }, (_, index) =>
        stack.slack.addUser({ name: `p${index}` }),
      );
      for (const [index, { name }] of people.entries()) {
        await openEdit(stack, posted, { fileId: posted.fileIds[index % 10], user: name });
      }
      // For each image, one of five people writes the description, and the others write the link.
      const fieldsOf = (index: number) =>
        index < 10 ? { alt: `Square number ${index}` } : { link: `https://example.com/${index}` };
      const seen = await Promise.all(
        people.map(({ name }, index) => submitAtOnce(stack, fieldsOf(index), name)),
      );
      await stack.drain();

      const accepted = seen.flatMap(({ errors, problem }, index) => {
        const refusals = Object.values(errors);
        expect([undefined, en.conflict]).toContain(refusals[0]);
        expect(problem).toBeUndefined();
        return refusals.length > 0 ? [] : [index];
      });
      expect(accepted.length).toBeGreaterThan(count === 1 ? 49 : 25);
      const written = writtenIn(stack);
      for (const [image, fileId] of posted.fileIds.entries()) {
        const mine = accepted.filter((index) => index % 10 === image);
        const links = mine
          .filter((index) => index >= 10)
          .map((index) => `https://example.com/${index}`);
        expect(written[fileId]?.alt).toBe(mine.includes(image) ? `Square number ${image}` : "");
        expect(links.length === 0 ? [undefined] : links).toContain(written[fileId]?.link);
      }
      expect(tagsShown(stack, posted).map(toWritten)).toEqual(Object.values(written));
      expect(repliesTo(stack, posted)).toHaveLength(1);
    },
  );

  it("hear of it if they lose five times in a row, and lose nothing", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await openEdit(stack, posted);
    await submit(stack, { alt: "A square" });
    const view = await openEdit(stack, posted, { user: "minho" });
    stack.s3.fault({
      on: "PUT",
      kind: "precondition_failed",
      key: /^state\/(?:messages|forms)/u,
      times: 5,
    });
    const seen = await submit(stack, { link: "https://example.com/" }, "minho");
    expect(Object.values(seen.errors)).toEqual([en.conflict]);
    expect(toldTo(stack, "minho")).toEqual([en.conflict]);
    expect(toldTo(stack, "jane")).toEqual([]);
    expect(writtenIn(stack)).toEqual({ [`${posted.fileIds[0]}`]: { alt: "A square" } });
    // The text is still in the modal. Submitted again, it is stored.
    expect(stack.slack.viewOf("minho")?.id).toBe(view?.id);
    await submit(stack, {}, "minho");
    expect(writtenIn(stack)).toEqual({
      [`${posted.fileIds[0]}`]: { alt: "A square", link: "https://example.com/" },
    });
  });
});

describe("a replayed modal with its signature", () => {
  it.each([
    ["another text", { alt: "A blue square" }],
    ["no text", { alt: null }],
    ["another link", { link: "https://example.com/2" }],
    ["no link", { link: null }],
    ["a tick", { decorative: ["decorative"] }],
  ])("does not undo a later edit: %s", async (_, later) => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    const { replay } = recordSubmissions(stack);
    await openEdit(stack, posted);
    await submit(stack, { alt: "A square", link: "https://example.com/" });
    await openEdit(stack, posted, { user: "minho" });
    await submit(stack, later, "minho");
    const written = writtenIn(stack);
    const [before] = recordIn(stack).images;
    for (const status of [await replay(0), await replay(0)]) {
      expect(status).toBe(200);
    }
    expect(writtenIn(stack)).toEqual(written);
    expect(recordIn(stack).images[0]).toEqual(before);
    expect(tagsShown(stack, posted).map(toWritten)).toEqual(
      Object.values(written).map(({ alt, link }) => ({ alt, ...(link !== undefined && { link }) })),
    );
    expect(markersIn(stack)).toEqual([]);
  });

  it("does not undo a later edit of an image that the shortcut uploaded", async () => {
    await using stack = await startTestStack();
    const posted = post(stack);
    const { replay } = recordSubmissions(stack);
    await openShortcut(stack, posted);
    await submit(stack, { alt: "A square" });
    await openEdit(stack, posted, { user: "minho" });
    await submit(stack, { alt: null }, "minho");
    await replay(0);
    expect(Object.values(writtenIn(stack))).toEqual([{ alt: "" }]);
    expect(tagsShown(stack, posted)[0]).toContain('alt=""');
  });

  it("does not undo a later edit even if it could not be stored the first time", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    const { replay } = recordSubmissions(stack);
    await openEdit(stack, posted);
    stack.s3.fault({ on: "PUT", kind: "error_500", key: /^state/u, times: 3 });
    expect(
      (await submit(stack, { alt: "A square", link: "https://example.com/" })).ack?.status,
    ).toBe(503);
    stack.clock.nowMs += 2000;
    await openEdit(stack, posted, { user: "minho" });
    await submit(stack, { alt: "A blue square" }, "minho");
    await replay(0);
    // Nobody edited the link later, so the replay stores Jane's.
    expect(Object.values(writtenIn(stack))).toEqual([
      { alt: "A blue square", link: "https://example.com/" },
    ]);
  });

  it("does not change an image that was deleted meanwhile", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    const { replay } = recordSubmissions(stack);
    await openEdit(stack, posted);
    await submit(stack, { alt: "A square" });
    await press(stack, posted, { action: "delete_image" });
    const before = recordIn(stack);
    await replay(0);
    expect(recordIn(stack)).toEqual(before);
    expect(stack.s3.objects("images/")).toEqual([]);
  });

  it("is refused after 300 s, and forgotten in the record by the next edit after 15 minutes", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    const { replay } = recordSubmissions(stack);
    await openEdit(stack, posted);
    await submit(stack, { alt: "A square" });
    stack.clock.nowMs += 301_000;
    expect(await replay(0)).toBe(401);
    stack.clock.nowMs += 600_000;
    await openEdit(stack, posted, { user: "minho" });
    await submit(stack, { alt: "A blue square" }, "minho");
    expect(recordIn(stack).submissions).toHaveLength(1);
  });
});

describe("the last editor", () => {
  it("is in the record with the time, and in the log without the text", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack, { files: TWO });
    const [a, b] = posted.fileIds;
    takeLogs();
    await openEdit(stack, posted, { fileId: a, user: "minho" });
    await submit(stack, { alt: "A square", link: "https://example.com/private" }, "minho");
    const logs = takeLogs();
    expect(logs.filter(({ event }) => event === "tags.edited")).toEqual([
      expect.objectContaining({ record: refOf(stack), file: a, user: "U0LOCAL002" }),
    ]);
    expect(JSON.stringify(logs)).not.toMatch(/A square|private/u);
    const at = new Date(stack.clock.nowMs).toISOString();
    expect(recordIn(stack).images.map(({ edited }) => edited)).toEqual([
      { by: "U0LOCAL002", at },
      undefined,
    ]);

    await openEdit(stack, posted, { fileId: b });
    await submit(stack, { alt: "A harbour" });
    expect(recordIn(stack).images.map(({ edited }) => edited)).toEqual([
      { by: "U0LOCAL002", at },
      { by: "U0LOCAL001", at },
    ]);
  });

  it("is the person who wrote into the shortcut's modal before the upload", async () => {
    await using stack = await startTestStack();
    const posted = post(stack);
    await openShortcut(stack, posted, "minho");
    await submit(stack, { alt: "A square" }, "minho");
    expect(recordIn(stack).images[0]?.["edited"]).toMatchObject({ by: "U0LOCAL002" });
    expect(takeLogs()).toContainEqual(
      expect.objectContaining({ event: "tags.edited", user: "U0LOCAL002" }),
    );
  });

  it("stays the same if another person writes the same text", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await openEdit(stack, posted, { user: "jane" });
    await openEdit(stack, posted, { user: "minho" });
    await submit(stack, { alt: "A square" }, "jane");
    takeLogs();
    await submit(stack, { alt: "A square" }, "minho");
    expect(recordIn(stack).images[0]?.["edited"]).toMatchObject({ by: "U0LOCAL001" });
    expect(takeLogs().map(({ event }) => event)).not.toContain("tags.edited");
  });
});

describe("a submitted modal", () => {
  it("adds to an upload in progress", async () => {
    await using stack = await startTestStack();
    const posted = post(stack);
    await openShortcut(stack, posted, "jane");
    await openShortcut(stack, posted, "minho");
    await Promise.all([
      submitAtOnce(stack, { alt: "A square" }, "jane"),
      submitAtOnce(stack, { link: "https://example.com/" }, "minho"),
    ]);
    await stack.drain();
    expect(repliesTo(stack, posted)).toHaveLength(1);
    expect(stack.s3.objects("images/")).toHaveLength(1);
    expect(tagsShown(stack, posted)).toEqual([
      expect.stringMatching(/^<a href="https:\/\/example\.com\/"><img .*alt="A square"/u),
    ]);
    for (const user of ["jane", "minho"]) {
      const view = stack.slack.viewOf(user);
      expect([...tagsIn(view), ...textsIn(view)].join(" ")).toMatch(/<img |Saved\. /u);
    }
  });

  it("is not accepted if it can't be stored within 2.5 s", async () => {
    await using stack = await startTestStack();
    const posted = post(stack);
    const view = await openShortcut(stack, posted);
    stack.s3.fault({ on: "PUT", kind: "stall", key: /^state\/(?:messages|forms)/u, times: 1 });
    const sent = submitAtOnce(stack, { alt: "A square" });
    await expect.poll(() => stack.s3.requests.some(({ method }) => method === "PUT")).toBe(true);
    stack.clock.expire();
    const seen = await sent;
    expect(seen.ack?.status).toBe(503);
    expect(seen.problem).toContain("trouble");
    expect(stack.slack.viewOf()?.id).toBe(view?.id);
    await stack.s3.close();
  });

  it("is not accepted if S3 refuses the record", async () => {
    await using stack = await startTestStack();
    const posted = post(stack);
    await openShortcut(stack, posted);
    stack.s3.fault({ on: "PUT", kind: "error_500", key: /^state\/(?:messages|forms)/u, times: 3 });
    expect((await submit(stack, { alt: "A square" })).ack?.status).toBe(503);
    expect(callsTo(stack, "chat.postMessage")).toEqual([]);
    await submit(stack);
    expect(tagsShown(stack, posted)[0]).toContain('alt="A square"');
  });

  it.each([
    ["without our metadata", { privateMetadata: "" }],
    ["with somebody else's", { privateMetadata: '{"ref":"../../secrets"}' }],
    ["with a list", { privateMetadata: "[]" }],
  ])("%s is answered 200 and logged, and has no effect", async (_, { privateMetadata }) => {
    await using stack = await startTestStack();
    const response = await send(stack, {
      privateMetadata,
      fields: { "alt:F1:record": "A square" },
    });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    await stack.drain();
    expect(stack.outgoing()).toEqual([]);
    expect(takeLogs()).toMatchObject([{ event: "interaction.ignored", name: "view_submission" }]);
  });

  it("ignores foreign fields", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    const [fileId] = posted.fileIds;
    const response = await send(stack, {
      ref: refOf(stack),
      fields: { "title:F1": "x", "alt:../x:record": "image", [`alt:${fileId}:record`]: "A square" },
    });
    expect(await response.json()).toMatchObject({ response_action: "update" });
    await stack.drain();
    expect(tagsShown(stack, posted)[0]).toContain('alt="A square"');
  });
});

describe("any text", () => {
  it("comes back as one image in at most one link, exactly as typed", async () => {
    await using stack = await startTestStack({
      TAG_FORMATS: "html,wrapped",
      TAG_WRAPPER_CLASS: "figure",
    });
    const posted = await upload(stack);
    const key = stack.s3.objects("images/")[0]?.key;
    const hostile = fc.constantFrom(
      '"><script>alert(1)</script>',
      "' onerror='alert(1)",
      "</a></div><img src=x>",
      "&quot;&#34;&amp;&lt;",
      "`${x}` {alt} {{alt}}",
      "-->]]>?>%>",
    );
    const alt = fc.tuple(hostile, fc.string({ unit: "grapheme", maxLength: 40 })).map((parts) =>
      parts
        .join(" ")
        .replaceAll(/[\s\p{Control}\u2028\u2029]+/gu, " ")
        .trim(),
    );
    const link = fc
      .tuple(hostile, fc.webUrl())
      .map(([text, url]) => `${url}/${text.replaceAll(" ", "%20")}`);
    await fc.assert(
      fc.asyncProperty(alt, link, async (typedAlt, typedLink) => {
        await openEdit(stack, posted);
        const seen = await submit(stack, { alt: typedAlt, link: typedLink });
        expect([seen.errors, seen.problem]).toEqual([{}, undefined]);
        const [html = "", wrapped = ""] = tagsShown(stack, posted);
        const linked = [
          ["a", { href: typedLink }],
          [
            "img",
            { src: `${stack.s3.publicBaseUrl}/${key}`, alt: typedAlt, width: "48", height: "32" },
          ],
        ];
        expect(outline(parseFragment(html))).toEqual(linked);
        expect(outline(parseFragment(wrapped))).toEqual([["div", { class: "figure" }], ...linked]);
      }),
      { numRuns: 20 },
    );
  });
});

it("the modal opens with what another person wrote meanwhile", async () => {
  await using stack = await startTestStack();
  const posted = await upload(stack);
  await openEdit(stack, posted, { user: "minho" });
  await submit(stack, { alt: "A square" }, "minho");
  const view = await openEdit(stack, posted);
  expect(valuesIn(view)[`alt:${posted.fileIds[0]}`]).toBe("A square");
});

/** Keeps every submission with its signature, to replay it; `replay` returns the status of the answer. */
function recordSubmissions(stack: TestStack) {
  const kept: RequestInit[] = [];
  const { app } = stack;
  stack.serveFrom({
    ...app,
    async interactivity(request) {
      const body = await request.clone().text();
      if (body.includes("view_submission")) {
        const headers = [...request.headers].filter(([name]) => /^x-slack|type$/u.test(name));
        kept.push({ method: "POST", headers, body });
      }
      return app.interactivity(request);
    },
  });
  return {
    replay: async (index: number): Promise<number> => {
      stack.serveFrom(stack.createInstance());
      const { status } = await fetch(stack.slack.requestUrls?.interactivity ?? "", kept[index]);
      await stack.drain();
      return status;
    },
  };
}

/** Submits what a client might send, whatever the modal allows. */
function send(
  stack: TestStack,
  sent: { ref?: string; privateMetadata?: string; fields: Record<string, string> },
): Promise<Response> {
  const { ref, privateMetadata = JSON.stringify({ ref }), fields } = sent;
  const values = Object.fromEntries(
    Object.entries(fields).map(([blockId, value]) => [
      blockId,
      { [blockId.split(":")[0] ?? ""]: { type: "plain_text_input", value } },
    ]),
  );
  const { view, ...others } = viewSubmission;
  const payload = {
    ...others,
    view: { ...view, private_metadata: privateMetadata, state: { values } },
  };
  return stack.sendForm("interactivity", { payload: JSON.stringify(payload) });
}

function refOf(stack: TestStack): string {
  return recordIn(stack)
    .key.replace(/^state\//u, "")
    .replace(/\.json$/u, "");
}

function toWritten(tag: string) {
  const alt = /alt="([^"]*)"/u.exec(tag)?.[1];
  const link = /href="([^"]*)"/u.exec(tag)?.[1];
  return { alt, ...(link !== undefined && { link }) };
}
