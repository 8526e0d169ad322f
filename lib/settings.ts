import type { Environment } from "./environment.ts";
import { CATALOGUES } from "./i18n/catalogues.ts";
import type { Messages } from "./i18n/en.ts";
import type { ImageOptions } from "./images/make-image.ts";
import type { TagFormat, TagStyle } from "./tag/render-tag.ts";

/** What a team wishes: it may wish something else in each conversation. */
export interface Settings {
  /** `false` leaves what is posted alone: people ask for uploads. */
  autoUpload: boolean;
  tags: TagStyle & { formats: readonly TagFormat[] };
  imageOptions: ImageOptions;
  /** The sentences of the team's language. */
  messages: Messages;
}

/**
 * The settings of a conversation; `undefined` is what was sent through the slash command's form, which belongs to no
 * channel. Everything that needs a setting asks here, when it needs it. Answers ask, too, and Slack waits 3 s for them:
 * settings that have to be looked up are kept in memory. A message without images never asks.
 */
export type SettingsFor = (channelId: string | undefined) => Settings | Promise<Settings>;

/** Today, all conversations have those of the environment. */
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
