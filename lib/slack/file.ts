import * as v from "valibot";
import { Id, lenient } from "./parse.ts";

/**
 * The fields that we read of Slack's file object.
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
 * The files of a message, each once. An unreadable entry is left out, so that the others are not
 * lost. Empty arrays sometimes arrive as `{}` (slackapi/java-slack-sdk#1426).
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
  /** The name that its owner gave it, or else the title, or else the id. */
  name: string;
  hasName: boolean;
  /** The owner's description for people who cannot see the image. */
  altText: string;
  mediaType: string | undefined;
  fileType: string | undefined;
  mode: string | undefined;
  sizeBytes: number | undefined;
  /** The bytes are not on Slack: some app chose the URL. */
  isExternal: boolean;
  access: string | undefined;
  teamId: string | undefined;
  /** The owner's id, if an app uploaded the file. */
  botUserId: string | undefined;
  hasThumbnail: boolean;
  downloadUrl: string | undefined;
  /** Slack's largest preview, as PNG or JPG. */
  previewUrl: string | undefined;
}

/**
 * A placeholder that holds only the id, as Slack Connect sends. `files.info` has the rest.
 * https://docs.slack.dev/apis/slack-connect#check_file_info
 */
export function isStub(file: SlackFile): boolean {
  const isPlaceholder = file.mode === "file_access" || file.access !== undefined;
  return isPlaceholder && (file.access ?? "check_file_info") === "check_file_info";
}

export function uniqueById(files: readonly SlackFile[]): SlackFile[] {
  return [...new Map(files.map((file) => [file.id, file])).values()];
}

/** Whether the file is an image or might turn out to be one. */
export function mayBeImage(file: SlackFile): boolean {
  return isStub(file) || isImageFile(file) || isUntold(file);
}

/** Whether neither the name nor Slack tells the file's type, so that only the bytes can. */
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

/** Creates a file of which only the id is known. */
export function createStub(id: string): SlackFile {
  return v.parse(FilePayload, { id, file_access: "check_file_info" });
}

/**
 * Whether the file claims to be an image or could be one. Its bytes decide later; here only files
 * that are certainly not images (a snippet, a canvas, a PDF) are ruled out.
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

/**
 * Other modes have no bytes of their own: external, snippet, post, canvas, list, tombstone,
 * hidden_by_limit.
 */
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
/** Requires a letter, because a screenshot's name may end with the time. */
const HAS_EXTENSION = /\.(?=\d*[a-z])[a-z\d]{1,10}$/iu;
