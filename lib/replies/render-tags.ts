import type { Config } from "../config.ts";
import type { UploadedImage } from "../records/record.ts";
import type { Settings } from "../settings.ts";
import { publicUrl } from "../storage/object-key.ts";
import { type NamedTag, renderTag } from "../tag/render-tag.ts";
import { tagSize } from "../tag/tag-size.ts";

/** Renders the tags of an image in the team's formats. */
export function renderTags(
  image: UploadedImage,
  { publicBaseUrl, tags }: Pick<Config, "publicBaseUrl"> & Pick<Settings, "tags">,
): NamedTag[] {
  const { alt, link, name: filename, key, variants = [] } = image;
  const facts = {
    url: publicUrl(publicBaseUrl, key),
    variants: variants.map((variant) => ({
      url: publicUrl(publicBaseUrl, variant.key),
      width: variant.width,
    })),
    alt,
    link,
    ...tagSize(image),
    filename,
    key,
  };
  return tags.formats.map((format) => ({ format, tag: renderTag(format, facts, tags) }));
}
