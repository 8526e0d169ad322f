import type { RecordImage, UploadRecord } from "../../lib/records/record.ts";
import type { StoredRecord } from "../../lib/records/record-store.ts";
import { sourceTimeMs } from "../../lib/records/source-time.ts";
import { publicUrl } from "../../lib/storage/object-key.ts";
import { type Workspace, permalinkOf } from "./permalink.ts";

/** The columns of the CSV and the fields of the JSON, in this order. `null` is an empty cell. */
export const COLUMNS = [
  "url",
  "permalink",
  "uploader",
  "name",
  "alt",
  "link",
  "width",
  "height",
  "bytes",
  "state",
  "failure",
  "postedAt",
  "editedAt",
  "deletedAt",
  "record",
] as const;

export type ImageRow = Readonly<Record<(typeof COLUMNS)[number], string | number | null>>;

export interface Place {
  publicBaseUrl: string;
  workspace: Workspace | undefined;
}

/** Returns a row per image. A deleted image keeps the URL that it had, so that pages with it can be found. */
export function imageRows({ ref, record }: StoredRecord, place: Place): ImageRow[] {
  const ofRecord = {
    permalink: permalinkOf(record, place.workspace) ?? null,
    uploader: record.uploader ?? null,
    postedAt: postedAt(record),
    record: ref,
  };
  return record.images.map((image) => ({ ...ofRecord, ...ofImage(image, place) }));
}

function ofImage(image: RecordImage, { publicBaseUrl }: Place) {
  const { name, alt = null, link = null, bytes = null, state, edited } = image;
  const key = "key" in image ? image.key : undefined;
  const { width, height } = state === "uploaded" ? image : { width: null, height: null };
  return {
    url: key === undefined ? null : publicUrl(publicBaseUrl, key),
    name,
    alt,
    link,
    width,
    height,
    bytes,
    state,
    failure: state === "failed" ? image.code : null,
    editedAt: edited?.at ?? null,
    deletedAt: "deletedAt" in image ? image.deletedAt : null,
  };
}

/** The schema takes any text as `ts`, so it may be no time. */
function postedAt(record: UploadRecord): string | null {
  const date = new Date(sourceTimeMs(record));
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
