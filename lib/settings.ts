import type { Environment } from "./environment.ts";
import { CATALOGUES } from "./i18n/catalogues.ts";
import type { Messages } from "./i18n/en.ts";
import type { ImageOptions } from "./images/make-image.ts";
import type { TagFormat, TagStyle } from "./tag/render-tag.ts";

/** A team's wishes, which may differ by conversation. */
export interface Settings {
  /** `false`: images are uploaded only when a person asks for it. */
  autoUpload: boolean;
  tags: TagStyle & { formats: readonly TagFormat[] };
  imageOptions: ImageOptions;
  /** The sentences in the team's language. */
  messages: Messages;
}

/**
 * Returns the settings of a conversation. Pass `undefined` for the slash command's form, which belongs to no channel.
 * Code asks at the moment it needs a setting. Acks ask too, and Slack waits only 3 s for them, so an implementation that
 * looks settings up must keep them in memory. A message without images never asks.
 */
export type SettingsFor = (channelId: string | undefined) => Settings | Promise<Settings>;

/** Gives every conversation the settings of the environment. */
export function createSettingsFor(env: Environment): SettingsFor {
  const settings = toSettings(env);
  return () => settings;
}

export function toSettings(env: Environment): Settings {
  return {
    autoUpload: env.AUTO_UPLOAD,
    tags: {
      formats: env.TAG_FORMATS,
      wrapperClass: env.TAG_WRAPPER_CLASS ?? "",
      template: env.TAG_TEMPLATE ?? "",
    },
    imageOptions: {
      keepMetadata: env.KEEP_METADATA,
      hidpi: env.HIDPI,
      optimize: env.OPTIMIZE,
      maxWidth: env.MAX_WIDTH,
      variantWidths: env.TAG_FORMATS.includes("picture") ? env.VARIANT_WIDTHS : [],
    },
    messages: CATALOGUES[env.LOCALE],
  };
}
