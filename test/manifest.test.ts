import * as v from "valibot";
import { describe, expect, it } from "vitest";
import manifest from "../manifest.json" with { type: "json" };

const text = (max: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(max));
const Url = v.pipe(v.string(), v.url(), v.startsWith("https://"));

/** The part of Slack's schema 2.0.0 that this app uses: https://docs.slack.dev/reference/app-manifest */
const Manifest = v.strictObject({
  _metadata: v.strictObject({ major_version: v.literal(2), minor_version: v.number() }),
  display_information: v.strictObject({
    name: text(35),
    description: text(140),
    background_color: v.pipe(v.string(), v.hexColor()),
  }),
  features: v.strictObject({
    app_home: v.strictObject({
      home_tab_enabled: v.boolean(),
      messages_tab_enabled: v.boolean(),
      messages_tab_read_only_enabled: v.boolean(),
    }),
    bot_user: v.strictObject({ display_name: text(80), always_online: v.boolean() }),
    shortcuts: v.optional(
      v.array(
        v.strictObject({
          name: text(24),
          type: v.picklist(["message", "global"]),
          callback_id: text(255),
          description: text(150),
        }),
      ),
    ),
    slash_commands: v.optional(
      v.array(
        v.strictObject({
          command: v.pipe(text(32), v.startsWith("/")),
          url: Url,
          description: text(2000),
          usage_hint: v.optional(text(1000)),
          should_escape: v.boolean(),
        }),
      ),
    ),
  }),
  oauth_config: v.strictObject({ scopes: v.strictObject({ bot: v.array(v.string()) }) }),
  settings: v.strictObject({
    event_subscriptions: v.strictObject({ request_url: Url, bot_events: v.array(v.string()) }),
    interactivity: v.optional(v.strictObject({ is_enabled: v.boolean(), request_url: Url })),
    org_deploy_enabled: v.boolean(),
    socket_mode_enabled: v.boolean(),
    token_rotation_enabled: v.boolean(),
  }),
});

/** The scope that each event needs: https://docs.slack.dev/reference/events */
const SCOPE_OF_EVENT: Readonly<Record<string, string>> = {
  "message.channels": "channels:history",
  "message.groups": "groups:history",
  "message.im": "im:history",
  "message.mpim": "mpim:history",
};

describe("manifest.json", () => {
  it("is accepted by Slack", () => {
    expect(v.safeParse(Manifest, manifest).issues).toBeUndefined();
  });

  it("asks for the scopes of its events and of the methods that the app calls, and for no more", () => {
    const { scopes } = manifest.oauth_config;
    const ofEvents = manifest.settings.event_subscriptions.bot_events.map(
      (event) => SCOPE_OF_EVENT[event],
    );
    expect(new Set(scopes.bot)).toEqual(
      new Set([...ofEvents, "chat:write", "commands", "files:read"]),
    );
  });

  it("lets people write to the app, and leaves token rotation off", () => {
    expect(manifest.features.app_home).toMatchObject({
      messages_tab_enabled: true,
      messages_tab_read_only_enabled: false,
    });
    expect(manifest.settings.token_rotation_enabled).toBe(false);
  });
});
