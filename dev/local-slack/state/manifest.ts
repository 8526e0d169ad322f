import * as v from "valibot";

/** The parts of an app manifest that change how Slack treats the app. */
export interface Manifest {
  botName: string;
  scopes: ReadonlySet<string>;
  events: ReadonlySet<string>;
  /** The first message shortcut. */
  messageShortcut: { callbackId: string; name: string } | undefined;
  commands: readonly string[];
  /** Slack's hint while somebody types the first command. */
  commandHint: string;
}

const Names = v.optional(v.array(v.string()), []);

const AppManifest = v.object({
  features: v.optional(
    v.object({
      bot_user: v.optional(v.object({ display_name: v.string() })),
      shortcuts: v.optional(
        v.array(
          v.object({ type: v.string(), callback_id: v.string(), name: v.optional(v.string()) }),
        ),
        [],
      ),
      slash_commands: v.optional(
        v.array(
          v.object({
            command: v.string(),
            description: v.optional(v.string()),
            usage_hint: v.optional(v.string()),
          }),
        ),
        [],
      ),
    }),
  ),
  oauth_config: v.object({ scopes: v.object({ bot: v.array(v.string()) }) }),
  settings: v.optional(
    v.object({ event_subscriptions: v.optional(v.object({ bot_events: Names })) }),
  ),
});

/** Throws if the manifest has no bot scopes. */
export function parseManifest(manifest: unknown): Manifest {
  const { features, oauth_config: oauth, settings } = v.parse(AppManifest, manifest);
  const shortcut = features?.shortcuts.find(({ type }) => type === "message");
  const commands = features?.slash_commands ?? [];
  return {
    botName: features?.bot_user?.display_name ?? "bot",
    scopes: new Set(oauth.scopes.bot),
    events: new Set(settings?.event_subscriptions?.bot_events),
    messageShortcut: shortcut && {
      callbackId: shortcut.callback_id,
      name: shortcut.name ?? shortcut.callback_id,
    },
    commands: commands.map((c) => c.command),
    commandHint: [commands[0]?.usage_hint, commands[0]?.description].filter(Boolean).join(" "),
  };
}
