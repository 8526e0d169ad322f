import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { FilePayload, isImageFile, isStub, isUntold } from "../../lib/slack/file.ts";

const HOSTED = { id: "F1", mode: "hosted", url_private_download: "https://files.slack.com/f" };

function parse(file: Record<string, unknown>) {
  return v.parse(FilePayload, { ...HOSTED, ...file });
}

describe("isImageFile()", () => {
  it.each([
    ["image/png", { mimetype: "image/png", filetype: "png" }],
    [
      "an image type that is refused later, with a sentence",
      { mimetype: "image/heic", filetype: "heic" },
    ],
    ["a filetype without media type", { filetype: "jpg" }],
    ["a wrong extension, for Slack knows better", { name: "scan.dat", mimetype: "image/png" }],
    [
      "an untold type with an image extension",
      { name: "A.PNG", mimetype: "application/octet-stream" },
    ],
    [
      "an untold type of which Slack made a thumbnail",
      { name: "a.bin", mimetype: "application/octet-stream", original_w: 10 },
    ],
    ["no mode", { mode: undefined, mimetype: "image/png" }],
  ])("is true for %s", (_, file) => {
    expect(isImageFile(parse(file))).toBe(true);
  });

  it.each([
    [
      "PDF, thumbnail or not",
      { mimetype: "application/pdf", filetype: "pdf", thumb_64: "https://x" },
    ],
    ["a video", { mimetype: "video/mp4", filetype: "mp4", thumb_64: "https://x" }],
    ["text", { mimetype: "text/plain", filetype: "text" }],
    ["an unknown binary", { name: "firmware.bin", mimetype: "application/octet-stream" }],
    ["a snippet", { mode: "snippet", mimetype: "text/plain" }],
    ["a canvas", { mode: "quip", mimetype: "application/vnd.slack-docs", filetype: "quip" }],
    [
      "a canvas that says hosted",
      { mimetype: "application/vnd.slack-docs", filetype: "quip", thumb_64: "https://x" },
    ],
    ["a list", { mode: "list", filetype: "list" }],
    ["a tombstone", { mode: "tombstone", url_private_download: undefined }],
    ["a file hidden by the plan", { mode: "hidden_by_limit", url_private_download: undefined }],
    [
      "a remote file, whatever it says",
      { mode: "external", is_external: true, mimetype: "image/png" },
    ],
    ["a remote file that says hosted", { is_external: true, mimetype: "image/png" }],
  ])("is false for %s", (_, file) => {
    expect(isImageFile(parse(file)) || isStub(parse(file))).toBe(false);
  });
});

describe("isUntold()", () => {
  it.each([
    ["no facts at all", {}],
    ["a name without an extension", { name: "IMG 0012", filetype: "binary" }],
    ["a name that ends with a time", { name: "Screenshot at 10.15.32", mimetype: "" }],
    ["a type that says nothing", { name: "photo", mimetype: "application/octet-stream" }],
  ])("is true for %s", (_, file) => {
    expect([isUntold(parse(file)), isImageFile(parse(file))]).toEqual([true, false]);
  });

  it.each([
    ["an extension", { name: "firmware.bin", mimetype: "application/octet-stream" }],
    ["an extension with a digit", { name: "song.mp3" }],
    ["a file type", { name: "archive", filetype: "zip", mimetype: "application/octet-stream" }],
    ["a media type", { name: "notes", mimetype: "text/plain" }],
    ["a thumbnail, which makes it an image", { name: "photo", original_w: 10 }],
    ["a placeholder", { file_access: "check_file_info" }],
    ["a snippet", { name: "notes", mode: "snippet" }],
    ["a remote file", { name: "photo", is_external: true }],
  ])("is false for %s", (_, file) => {
    expect(isUntold(parse(file))).toBe(false);
  });
});

describe("isStub()", () => {
  it.each([
    [
      "the placeholder of Slack Connect",
      { mode: "file_access", file_access: "check_file_info", url_private_download: undefined },
    ],
    ["a placeholder that says no more than its mode", { mode: "file_access" }],
  ])("is true for %s", (_, file) => {
    expect(isStub(parse(file))).toBe(true);
  });

  it.each(["visible", "access_denied", "file_not_found"])("is false for access %s", (access) => {
    expect(isStub(parse({ file_access: access, mimetype: "image/png" }))).toBe(false);
  });
});
