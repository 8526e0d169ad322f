import { describe, expect, it } from "vitest";
import { en } from "../../lib/i18n/en.ts";
import {
  openEdit,
  openShortcut,
  PNG,
  repliesTo,
  submit,
  tagsShown,
  upload,
  writtenIn,
} from "../helpers/person.ts";
import { startTestStack } from "../helpers/stack.ts";

describe("the first description", () => {
  it("comes with the file", async () => {
    await using stack = await startTestStack();
    const files = [{ name: "a.png", bytes: PNG, altText: " Two children\nplant a tree " }];
    const posted = await upload(stack, { files });
    expect(tagsShown(stack, posted)[0]).toContain('alt="Two children plant a tree"');
    expect(JSON.stringify(repliesTo(stack, posted))).not.toContain(en.noDescription);
  });

  it("comes with a Slack Connect stub, too, although it is known later", async () => {
    await using stack = await startTestStack({ ALLOW_EXTERNAL_USERS: "true" });
    const files = [{ name: "a.png", bytes: PNG, altText: "Two trees", isConnectStub: true }];
    const posted = await upload(stack, { files });
    expect(tagsShown(stack, posted)[0]).toContain('alt="Two trees"');
  });

  it("is missing if the file's says nothing, and the reply marks that until somebody writes one", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack, {
      files: [{ name: "a.png", bytes: PNG, altText: "image.png" }],
    });
    expect(tagsShown(stack, posted)[0]).toContain('alt=""');
    const [reply] = repliesTo(stack, posted);
    expect(reply?.blocks?.map((block) => block["type"])).toEqual([
      "rich_text",
      "context",
      "actions",
    ]);
    expect(JSON.stringify(reply?.blocks?.[1])).toContain(en.noDescription);
    await openEdit(stack, posted);
    await submit(stack, { alt: "Two trees" });
    expect(JSON.stringify(repliesTo(stack, posted))).not.toContain(en.noDescription);
  });

  it("is not marked as missing for a decorative image", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await openEdit(stack, posted);
    await submit(stack, { decorative: "decorative" });
    expect(JSON.stringify(repliesTo(stack, posted))).not.toContain(en.noDescription);
  });

  it("does not come back after somebody cleared it in the shortcut's modal", async () => {
    await using stack = await startTestStack({ AUTO_UPLOAD: "false" });
    const files = [{ name: "a.png", bytes: PNG, altText: "Two trees" }];
    const posted = await upload(stack, { files });
    await openShortcut(stack, posted);
    await submit(stack, { alt: "" });
    expect(Object.values(writtenIn(stack))).toEqual([{ alt: "" }]);
  });
});
