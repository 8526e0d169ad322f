import * as v from "valibot";

/** The parts of an app manifest that change how Slack treats the app. */
export interface Manifest {
  botName: string;
  scopes: ReadonlySet<string>;
  events: ReadonlySet<string>;
  /** The `callback_id` of the first message shortcut. */
  messageShortcut: string | undefined;
  commands: readonly string[];
}

const Names = v.optional(v.array(v.string()), []);

const AppManifest = v.object({
  features: v.optional(
    v.object({
      bot_user: v.optional(v.object({ display_name: v.string() })),
      shortcuts: v.optional(v.array(v.object({ type: v.string(), callback_id: v.string() })), []),
      slash_commands: v.optional(v.array(v.object({ command: v.string() })), []),
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
  const shortcuts = features?.shortcuts ?? [];
  return {
    botName: features?.bot_user?.display_name ?? "bot",
    scopes: new Set(oauth.scopes.bot),
    events: new Set(settings?.event_subscriptions?.bot_events),
    messageShortcut: shortcuts.find(({ type }) => type === "message")?.callback_id,
    commands: (features?.slash_commands ?? []).map((s) => s.command),
  };
}
