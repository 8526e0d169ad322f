import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSslCheck, parseCommandPayload } from "../../lib/slack/command-payload.ts";
import { PayloadError } from "../../lib/slack/parse.ts";
import slashCommandOrgInstall from "../fixtures/payloads/slash-command-org-install.json" with { type: "json" };
import slashCommand from "../fixtures/payloads/slash-command.json" with { type: "json" };

const formOf = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

describe("parseCommandPayload()", () => {
  it("reads a command and the text after it", () => {
    expect(parseCommandPayload(formOf(slashCommand))).toEqual({
      command: "/upload-to-s3",
      text: "",
      triggerId: slashCommand.trigger_id,
      channelId: "D0OTHERS",
      responseUrl: slashCommand.response_url,
      userId: "U0EDITOR",
    });
    expect(parseCommandPayload(formOf(slashCommandOrgInstall))).toMatchObject({
      text: "HELP",
      userId: "W0EDITOR",
    });
  });

  it("throws nothing but PayloadError, on any body", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (body) => {
        expect(() => parseCommandPayload(body)).toThrow(PayloadError);
      }),
    );
  });
});

describe("isSslCheck()", () => {
  it.each([
    ["ssl_check=1", true],
    ["token=x&ssl_check=1", true],
    ["ssl_check=1&ssl_check=1", false],
    ["ssl_check=1&ssl_check=0", false],
    ["ssl_check=0", false],
    ["ssl_check=11", false],
    ["ssl_check=%201", false],
    ["text=ssl_check%3D1", false],
    ["", false],
  ])("returns for %j: %s", (body, expected) => {
    expect(isSslCheck(body)).toBe(expected);
  });
});
