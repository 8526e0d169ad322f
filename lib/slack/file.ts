import * as v from "valibot";
import { Id, lenient } from "./parse.ts";

/**
 * Slack's file object, as far as we read it.
 * https://docs.slack.dev/reference/objects/file-object
 */
export const FilePayload = v.pipe(
  v.object({
    id: Id,
    name: lenient(v.string()),
    title: lenient(v.string()),
    alt_txt: lenient(v.string()),
    mimetype: lenient(v.string()),
    filetype: lenient(v.string()),
    mode: lenient(v.string()),
    size: lenient(v.number()),
    is_external: lenient(v.boolean()),
    file_access: lenient(v.string()),
    user: lenient(v.string()),
    user_team: lenient(v.string()),
    bot_id: lenient(v.string()),
    display_as_bot: lenient(v.boolean()),
    original_w: lenient(v.number()),
    thumb_64: lenient(v.string()),
    thumb_360: lenient(v.string()),
    thumb_480: lenient(v.string()),
    thumb_720: lenient(v.string()),
    thumb_800: lenient(v.string()),
    thumb_960: lenient(v.string()),
    thumb_1024: lenient(v.string()),
    url_private: lenient(v.string()),
    url_private_download: lenient(v.string()),
  }),
  v.transform((file): SlackFile => ({
    id: file.id,
    name: file.name || file.title || file.id,
    hasName: Boolean(file.name || file.title),
    altText: file.alt_txt ?? "",
    mediaType: file.mimetype,
    fileType: file.filetype,
    mode: file.mode,
    sizeBytes: file.size,
    isExternal: file.is_external === true,
    access: file.file_access,
    teamId: file.user_team,
    botUserId: file.bot_id || file.display_as_bot === true ? file.user : undefined,
    hasThumbnail: file.original_w !== undefined || file.thumb_64 !== undefined,
    downloadUrl: file.url_private_download || file.url_private || undefined,
    previewUrl:
      file.thumb_1024 ||
      file.thumb_960 ||
      file.thumb_800 ||
      file.thumb_720 ||
      file.thumb_480 ||
      file.thumb_360 ||
      undefined,
  })),
);

/**
 * Files of a message, each once. An entry that cannot be read is left out, so that the others are not lost with it;
 * arrays that are empty sometimes arrive as `{}` (slackapi/java-slack-sdk#1426).
 */
export const FileList = v.pipe(
  v.fallback(v.optional(v.array(v.unknown()), []), []),
  v.transform((entries) => {
    const read = entries.map((entry) => v.safeParse(FilePayload, entry));
    return uniqueById(read.flatMap((file) => (file.success ? [file.output] : [])));
  }),
);

export interface SlackFile {
  id: string;
  /** As its owner named it; the title or else the id when there is no name. */
  name: string;
  hasName: boolean;
  /** What its owner wrote for people who cannot see it. */
  altText: string;
  mediaType: string | undefined;
  fileType: string | undefined;
  mode: string | undefined;
  sizeBytes: number | undefined;
  /** The bytes are not Slack's: the URL is whatever some app chose. */
  isExternal: boolean;
  access: string | undefined;
  teamId: string | undefined;
  /** Its owner, where an app uploaded it. */
  botUserId: string | undefined;
  hasThumbnail: boolean;
  downloadUrl: string | undefined;
  /** The largest image that Slack made of it, as PNG or JPG. */
  previewUrl: string | undefined;
}

/**
 * A placeholder that says nothing but the id, as Slack Connect sends: `files.info` knows the rest.
 * https://docs.slack.dev/apis/slack-connect#check_file_info
 */
export function isStub(file: SlackFile): boolean {
  const isPlaceholder = file.mode === "file_access" || file.access !== undefined;
  return isPlaceholder && (file.access ?? "check_file_info") === "check_file_info";
}

export function uniqueById(files: readonly SlackFile[]): SlackFile[] {
  return [...new Map(files.map((file) => [file.id, file])).values()];
}

/** An image, or what may turn out to be one. */
export function mayBeImage(file: SlackFile): boolean {
  return isStub(file) || isImageFile(file) || isUntold(file);
}

/** Neither its name nor Slack says what it is: only its bytes can. */
export function isUntold(file: SlackFile): boolean {
  const isNamed = file.hasName && HAS_EXTENSION.test(file.name);
  return (
    !isStub(file) &&
    isHosted(file) &&
    !isImageFile(file) &&
    !isNamed &&
    UNTOLD_MEDIA_TYPES.has(file.mediaType ?? "") &&
    UNTOLD_FILETYPES.has(file.fileType ?? "")
  );
}

/** A file of which only the id is known. */
export function createStub(id: string): SlackFile {
  return v.parse(FilePayload, { id, file_access: "check_file_info" });
}

/**
 * Whether the file says that it is an image, or could be one. Its bytes decide later:
 * here only what is surely no image (a snippet, a canvas, a PDF) is left alone.
 */
export function isImageFile(file: SlackFile): boolean {
  if (!isHosted(file) || NOT_IMAGE_FILETYPES.has(file.fileType ?? "")) {
    return false;
  }
  const mediaType = file.mediaType ?? "";
  return (
    mediaType.startsWith("image/") ||
    (file.hasThumbnail && !mediaType.startsWith("video/") && mediaType !== "application/pdf") ||
    IMAGE_FILETYPES.has(file.fileType ?? "") ||
    (UNTOLD_MEDIA_TYPES.has(mediaType) && hasImageExtension(file.name))
  );
}

/** The other modes have no bytes of their own: external, snippet, post, canvas, list, tombstone, hidden_by_limit. */
function isHosted(file: SlackFile): boolean {
  return !file.isExternal && (file.mode === undefined || file.mode === "hosted");
}

function hasImageExtension(name: string): boolean {
  return IMAGE_FILETYPES.has(/\.(\w+)$/u.exec(name)?.[1]?.toLowerCase() ?? "");
}

const IMAGE_FILETYPES: ReadonlySet<string> = new Set([
  "png",
  "apng",
  "jpg",
  "jpeg",
  "jpe",
  "jfif",
  "gif",
  "webp",
  "avif",
  "heic",
  "heif",
  "tif",
  "tiff",
  "bmp",
  "svg",
]);
const NOT_IMAGE_FILETYPES: ReadonlySet<string> = new Set(["quip", "canvas", "list", "space"]);
const UNTOLD_MEDIA_TYPES: ReadonlySet<string> = new Set(["", "application/octet-stream"]);
/** https://docs.slack.dev/reference/objects/file-object#types */
const UNTOLD_FILETYPES: ReadonlySet<string> = new Set(["", "auto", "binary"]);
/** With a letter in it: a screenshot's name may end with the time. */
const HAS_EXTENSION = /\.(?=\d*[a-z])[a-z\d]{1,10}$/iu;
