import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SignatureError, verifySignature } from "../../lib/slack/signature.ts";

/** Slack's published example: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const PUBLISHED = {
  secret: "8f742231b10e8888abcd99yyyzzz85a5",
  timestamp: "1531420618",
  body: "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
  signature: "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
};
const NOW_MS = Number(PUBLISHED.timestamp) * 1000;

function verify(
  changed: Partial<typeof PUBLISHED> = {},
  options: { nowMs?: number; secrets?: string[] } = {},
) {
  const { secret, timestamp, body, signature } = { ...PUBLISHED, ...changed };
  verifySignature(
    { timestamp, signature, rawBody: Buffer.from(body) },
    { signingSecrets: options.secrets ?? [secret], nowMs: options.nowMs ?? NOW_MS },
  );
}

describe("verifySignature()", () => {
  it("accepts Slack's published example", () => {
    expect(() => verify()).not.toThrow();
  });

  it.each([-300, 300])("accepts a timestamp exactly %i seconds off", (seconds) => {
    expect(() => verify({}, { nowMs: NOW_MS + seconds * 1000 })).not.toThrow();
  });

  it.each([
    ["past", 301],
    ["future", -301],
  ])("refuses a timestamp 301 seconds in the %s", (_, seconds) => {
    expect(() => verify({}, { nowMs: NOW_MS + seconds * 1000 })).toThrow(SignatureError);
  });

  it("accepts either of two secrets, in either order", () => {
    expect(() => verify({}, { secrets: ["another", PUBLISHED.secret] })).not.toThrow();
    expect(() => verify({}, { secrets: [PUBLISHED.secret, "another"] })).not.toThrow();
  });

  it("refuses a signature that no secret matches, and never accepts an empty secret", () => {
    expect(() => verify({}, { secrets: ["another"] })).toThrow(SignatureError);
    expect(() => verify({}, { secrets: [] })).toThrow(SignatureError);
    expect(() => verify({}, { secrets: [""] })).toThrow(TypeError);
  });

  it.each(["", "soon", "1531420618.5", "-1531420618", "1e9", " 1531420618"])(
    'refuses the timestamp "%s"',
    (timestamp) => {
      expect(() => verify({ timestamp })).toThrow(SignatureError);
    },
  );

  it("refuses every other signature, body and secret", () => {
    const mutated = fc.oneof(
      fc.string().map((signature) => ({ signature })),
      fc.string().map((body) => ({ body })),
      fc.string({ minLength: 1 }).map((secret) => ({ secret })),
      fc
        .nat({ max: 63 })
        .map((index) => ({ signature: flipHexDigit(PUBLISHED.signature, 3 + index) })),
      fc
        .nat({ max: PUBLISHED.body.length - 1 })
        .map((index) => ({ body: flipBit(PUBLISHED.body, index) })),
    );
    fc.assert(
      fc.property(mutated, (changed) => {
        expect(() => verify(changed)).toThrow(SignatureError);
      }),
      { numRuns: 500 },
    );
  });
});

function flipHexDigit(text: string, index: number): string {
  const flipped = (Number.parseInt(text.charAt(index), 16) ^ 1).toString(16);
  return text.slice(0, index) + flipped + text.slice(index + 1);
}

function flipBit(text: string, index: number): string {
  return (
    text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ 1) + text.slice(index + 1)
  );
}
