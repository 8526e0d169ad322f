import { extname } from "node:path";
import type { JsonObject } from "../json.ts";
import type { Thumbnail } from "../state/slack.ts";
import { type ImageSize, readImageSize } from "./image-size.ts";

/** docs.slack.dev/reference/objects/file-object; the keys are those of recorded payloads. */
interface NewFileObject {
  id: string;
  name: string;
  bytes: Buffer;
  thumbnail?: Thumbnail | undefined;
  mimetype?: string | undefined;
  altText?: string | undefined;
  user: string;
  teamId: string;
  createdSeconds: number;
  isPublic: boolean;
  origin: string;
}

const KINDS: Readonly<
  Record<string, readonly [mimetype: string, filetype: string, pretty: string]>
> = {
  ".png": ["image/png", "png", "PNG"],
  ".jpg": ["image/jpeg", "jpg", "JPEG"],
  ".jpeg": ["image/jpeg", "jpg", "JPEG"],
  ".gif": ["image/gif", "gif", "GIF"],
  ".webp": ["image/webp", "webp", "WebP"],
  ".avif": ["image/avif", "avif", "AVIF"],
  ".heic": ["image/heic", "heic", "HEIC"],
  ".heif": ["image/heif", "heif", "HEIF"],
  ".tif": ["image/tiff", "tiff", "TIFF"],
  ".tiff": ["image/tiff", "tiff", "TIFF"],
  ".bmp": ["image/bmp", "bmp", "Bitmap"],
  ".svg": ["image/svg+xml", "svg", "SVG"],
  ".pdf": ["application/pdf", "pdf", "PDF"],
  ".txt": ["text/plain", "text", "Plain Text"],
  ".mp4": ["video/mp4", "mp4", "MPEG 4 Video"],
};

export function createFileObject(file: NewFileObject): JsonObject {
  const { id, name, bytes, user, teamId, createdSeconds, origin } = file;
  const size = readImageSize(bytes);
  const [mimetype, filetype, pretty] = kindOf(file, size?.mimetype);
  const slug = name.toLowerCase().replaceAll(/[^a-z0-9._-]/g, "_");
  return {
    id,
    created: createdSeconds,
    timestamp: createdSeconds,
    name,
    title: name,
    mimetype,
    filetype,
    pretty_type: pretty,
    user,
    user_team: teamId,
    editable: false,
    size: bytes.length,
    mode: "hosted",
    is_external: false,
    external_type: "",
    is_public: file.isPublic,
    public_url_shared: false,
    display_as_bot: false,
    username: "",
    url_private: `${origin}/files-pri/${teamId}-${id}/${slug}`,
    url_private_download: `${origin}/files-pri/${teamId}-${id}/download/${slug}`,
    media_display_type: "unknown",
    ...thumbnails(file, slug, size),
    ...(file.altText === undefined ? {} : { alt_txt: file.altText }),
    permalink: `${origin}/files/${user}/${id}/${slug}`,
    permalink_public: `${origin}/public/${teamId}-${id}-${id.toLowerCase()}`,
    has_rich_preview: false,
    file_access: "visible",
  };
}

/** The stub of a Slack Connect file in an event. docs.slack.dev/apis/slack-connect#check_file_info */
export function connectStub(id: string): JsonObject {
  return {
    id,
    mode: "file_access",
    file_access: "check_file_info",
    created: 0,
    timestamp: 0,
    user: "",
  };
}

/** Applies a test's own values. Removed and hidden files keep only two keys; remote files lose Slack's download. */
export function overrideFileObject(file: JsonObject, overrides: JsonObject): JsonObject {
  const mode = overrides["mode"];
  if (mode === "tombstone" || mode === "hidden_by_limit") {
    return { id: file["id"], mode };
  }
  const merged: JsonObject = { ...file, ...overrides };
  if (mode === "external") {
    for (const key of Object.keys(merged)) {
      if (/^(url_private_download|thumb_|original_)/.test(key) && !(key in overrides)) {
        delete merged[key];
      }
    }
  }
  for (const [key, value] of Object.entries(merged)) {
    if (value === undefined) {
      delete merged[key];
    }
  }
  return merged;
}

function kindOf(
  { name, mimetype }: NewFileObject,
  sniffed: string | undefined,
): readonly [string, string, string] {
  const byType = Object.values(KINDS).find(([type]) => type === (mimetype ?? sniffed));
  const byName = KINDS[extname(name).toLowerCase()];
  const [type, ...rest] = byType ?? byName ?? ["application/octet-stream", "binary", "Binary"];
  return [mimetype ?? type, ...rest];
}

const SQUARES = [64, 80, 160] as const;
const BOXES = [360, 480, 720, 800, 960, 1024] as const;

/** The sizes that the file's thumbnail is large enough for, or the image itself if it has no thumbnail. */
function thumbnails(
  file: NewFileObject,
  slug: string,
  original: ImageSize | undefined,
): JsonObject {
  const { origin, teamId, id, thumbnail } = file;
  const largest = thumbnail === undefined ? original : readImageSize(thumbnail.bytes);
  if (largest === undefined) {
    return {};
  }
  const base = `${origin}/files-tmb/${teamId}-${id}-0123456789/${slug.replace(/\.[^.]*$/, "")}`;
  const extension = thumbnail?.mimetype === "image/jpeg" ? "jpg" : "png";
  const { width, height } = largest;
  const thumbs: JsonObject = {};
  for (const side of SQUARES) {
    thumbs[`thumb_${side}`] = `${base}_${side}.${extension}`;
  }
  for (const side of BOXES) {
    if (side !== 360 && side > Math.max(width, height)) {
      break;
    }
    const scale = Math.min(1, side / Math.max(width, height));
    thumbs[`thumb_${side}`] = `${base}_${side}.${extension}`;
    thumbs[`thumb_${side}_w`] = Math.max(1, Math.round(width * scale));
    thumbs[`thumb_${side}_h`] = Math.max(1, Math.round(height * scale));
  }
  const { width: original_w, height: original_h } = original ?? largest;
  return { ...thumbs, original_w, original_h, thumb_tiny: "AwAwADCk" };
}
