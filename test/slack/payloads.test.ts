import fc from "fast-check";
import { PayloadError } from "../../lib/slack/parse.ts";
import { describe, expect, it } from "vitest";
import { isStranger, parseEventsPayload, type SlackMessage } from "../../lib/slack/payloads.ts";
import appRateLimited from "../fixtures/payloads/app-rate-limited.json" with { type: "json" };
import messageChanged from "../fixtures/payloads/message-changed.json" with { type: "json" };
import messageWithImages from "../fixtures/payloads/message-with-images.json" with { type: "json" };
import ownBotMessage from "../fixtures/payloads/own-bot-message.json" with { type: "json" };
import urlVerification from "../fixtures/payloads/url-verification.json" with { type: "json" };

describe("parseEventsPayload()", () => {
  it("reads a message with images", () => {
    expect(parse(messageWithImages)).toEqual({
      type: "message",
      message: {
        teamId: "T0HOME",
        channelId: "C0IMAGES",
        ts: "1764000001.000100",
        threadTs: undefined,
        subtype: "file_share",
        userId: "U0EDITOR",
        isFromBot: false,
        senderTeamId: undefined,
        homeTeamIds: ["T0HOME"],
        files: [
          expect.objectContaining({ id: "F0ONE", name: "sunrise.jpg", mediaType: "image/jpeg" }),
          expect.objectContaining({
            id: "F0TWO",
            downloadUrl: "https://files.slack.com/files-pri/T0HOME-F0TWO/download/logo.png",
          }),
        ],
      },
    });
  });

  it("reads the two top-level types that are not event_callback", () => {
    expect(parse(urlVerification)).toMatchObject({ challenge: "9p0fJb7yqk3uT1" });
    expect(parse(appRateLimited)).toEqual({ type: "app_rate_limited" });
  });

  it.each([
    ["message_changed", messageChanged],
    ["a message without files", withEvent({ files: undefined })],
    ["files that are {}", withEvent({ files: {} })],
    ["no files", withEvent({ files: [] })],
    ["another event", withEvent({ type: "app_mention" })],
    ["another type", { ...messageWithImages, type: "something_new" }],
  ])("ignores %s", (_, payload) => {
    expect(parse(payload)).toEqual({ type: "other" });
  });

  it("needs only a file's id, whatever types the rest has", () => {
    const bare = {
      id: "F1",
      name: null,
      title: 7,
      mimetype: {},
      size: "12",
      is_external: "no",
      mode: [],
    };
    expect(messageOf(withEvent({ files: [bare, { id: "F2" }] })).files).toMatchObject([
      { id: "F1", name: "F1", hasName: false, isExternal: false },
      { id: "F2", downloadUrl: undefined },
    ]);
  });

  it.each([
    ["null", null],
    ["no id", { name: "a.png" }],
    ["an odd id", { id: "../F9" }],
    ["a list", []],
    ["text", "F9"],
  ])("leaves out an entry of files that is %s, and keeps the others", (_, entry) => {
    const { files } = messageOf(withEvent({ files: [{ id: "F1" }, entry, { id: "F2" }] }));
    expect(files.map(({ id }) => id)).toEqual(["F1", "F2"]);
  });

  it("counts a file once", () => {
    expect(
      messageOf(withEvent({ files: [{ id: "F1" }, { id: "F2" }, { id: "F1" }] })).files,
    ).toHaveLength(2);
  });

  it.each([
    ["bad JSON", "{"],
    ["an array", "[]"],
    ["no type", "{}"],
    ["a type that is no string", '{"type":1}'],
    ["an event_callback without event", '{"type":"event_callback"}'],
    ["url_verification without challenge", '{"type":"url_verification"}'],
    ["a file without id", JSON.stringify(withEvent({ files: [{}] }))],
    ["a channel that is a path", JSON.stringify(withEvent({ channel: "../x" }))],
    ["a ts that is none", JSON.stringify(withEvent({ ts: "now" }))],
    [
      "no team",
      JSON.stringify({
        ...messageWithImages,
        team_id: null,
        context_team_id: null,
        authorizations: [],
      }),
    ],
  ])("refuses %s", (_, body) => {
    expect(() => parseEventsPayload(body)).toThrow(PayloadError);
  });

  it("reads the team that installed the app, not the sender's", () => {
    const connect = { ...messageWithImages, team_id: "T0GUEST", context_team_id: undefined };
    expect(messageOf(connect).teamId).toBe("T0HOME");
  });

  it("recognizes bots: the app's own posts, other apps, system posts", () => {
    expect(messageOf(ownBotMessage).isFromBot).toBe(true);
    expect(messageOf(withEvent({ bot_id: "B0OTHER" })).isFromBot).toBe(true);
    expect(messageOf(withEvent({ app_id: "A0UPLOAD" })).isFromBot).toBe(true);
    expect(messageOf(withEvent({ user: "U0BOT" })).isFromBot).toBe(true);
    expect(messageOf(withEvent({ user: "USLACKBOT" })).isFromBot).toBe(true);
    expect(messageOf(withEvent({ app_id: "A0OTHER" })).isFromBot).toBe(true);
    expect(messageOf(withEvent({ display_as_bot: true })).isFromBot).toBe(true);
    expect(messageOf(withEvent({ user: undefined })).isFromBot).toBe(true);
    const none = { bot_id: null, app_id: null, bot_profile: null, display_as_bot: false };
    expect(messageOf(withEvent(none)).isFromBot).toBe(false);
  });

  it("recognizes an app by the file that it posts, and a person who shares such a file", () => {
    for (const sign of [{ bot_id: "B0OTHER" }, { display_as_bot: true }]) {
      const files = [{ id: "F1", user: "U0OTHERBOT", ...sign }];
      expect(messageOf(withEvent({ user: "U0OTHERBOT", files })).isFromBot).toBe(true);
      expect(messageOf(withEvent({ user: "U0AUTHOR", files })).isFromBot).toBe(false);
    }
  });

  it("throws nothing but PayloadError, on any JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (event, files) => {
        const body = JSON.stringify({ ...messageWithImages, event: mixed(event, files) });
        expect(captureError(() => parseEventsPayload(body)) ?? new PayloadError()).toBeInstanceOf(
          PayloadError,
        );
      }),
    );
  });
});

describe("isStranger()", () => {
  it.each([
    ["the home team", {}, "T0HOME", false],
    ["another team in Slack Connect", { is_ext_shared_channel: true }, "T0GUEST", true],
    ["another team where nothing says shared", {}, "T0GUEST", true],
    ["another team of the organization", grid(false), "T0SISTER", false],
    ["the organization itself", grid(true), "E0HOME", false],
    ["another organization in a shared channel of a grid", grid(true), "E0GUEST", true],
  ])("decides about %s", (_, envelope, teamId, expected) => {
    const { homeTeamIds } = messageOf({ ...messageWithImages, ...envelope });
    expect(isStranger(teamId, homeTeamIds)).toBe(expected);
  });

  it("is false if no team is told", () => {
    expect(isStranger(undefined, ["T0HOME"])).toBe(false);
    expect(isStranger("T0GUEST", undefined)).toBe(false);
  });
});

function parse(payload: unknown) {
  return parseEventsPayload(JSON.stringify(payload));
}

function messageOf(payload: unknown): SlackMessage {
  const parsed = parse(payload);
  if (parsed.type !== "message") {
    throw new Error(`expected a message, got ${parsed.type}`);
  }
  return parsed.message;
}

function withEvent(changed: Record<string, unknown>) {
  return { ...messageWithImages, event: { ...messageWithImages.event, ...changed } };
}

function grid(isShared: boolean) {
  const authorizations = [{ ...messageWithImages.authorizations[0], enterprise_id: "E0HOME" }];
  return { authorizations, is_ext_shared_channel: isShared };
}

function mixed(event: unknown, files: unknown): unknown {
  return typeof event === "object" ? { type: "message", files: [files], ...event } : event;
}

function captureError(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}
