import * as v from "valibot";
import type { Config } from "../../lib/config.ts";
import { type RecordImage as StoredImage, RecordSchema } from "../../lib/records/record.ts";
import type { UploadRecord } from "../../lib/records/record.ts";
import { messageRef } from "../../lib/records/record-ref.ts";
import { upgradeRecord } from "../../lib/records/record-v1.ts";
import { recordKey } from "../../lib/records/state-keys.ts";
import { renderTags } from "../../lib/replies/render-tags.ts";
import { publicUrl } from "../../lib/storage/object-key.ts";
import { tagSize } from "../../lib/tag/tag-size.ts";
import type { LocalSlack } from "../local-slack/server.ts";
import type { RecordImage, RecordInfo } from "./api.ts";
import { readVersion, type RecordVersion } from "./record-history.ts";
import type { StackPorts } from "./stack-ports.ts";

/** Finds the record behind a message with images, or behind a reply of the app. */
export function findRecord(
  ports: StackPorts,
  place: { channel: string; ts: string },
): RecordInfo | undefined {
  const { history, slack, s3, config } = ports;
  const found = history.list().find(({ current }) => isBehind(current, place));
  const ref = messageRef({ teamId: slack.teamId, channelId: place.channel, ts: place.ts });
  const current =
    found?.current ?? readVersion(s3, recordKey(config.statePrefix, ref), config.s3.stateBucket);
  if (current === undefined) {
    return undefined;
  }
  const { key, record } = current;
  const changed = found?.previous === undefined ? [] : diff(found.previous.record, record);
  const images = parseRecord(record)?.images ?? [];
  return {
    key,
    record,
    changed,
    images: images.map((image) => describe(image, { slack, config })),
  };
}

function isBehind({ record }: RecordVersion, { channel, ts }: { channel: string; ts: string }) {
  const { source, reply } = parseRecord(record) ?? {};
  const isSource = source?.type === "message" && source.channelId === channel && source.ts === ts;
  return isSource || (reply?.channelId === channel && reply.ts.includes(ts));
}

function parseRecord(record: unknown): UploadRecord | undefined {
  const parsed = v.safeParse(v.pipe(v.unknown(), v.transform(upgradeRecord), RecordSchema), record);
  return parsed.success ? parsed.output : undefined;
}

function describe(
  image: StoredImage,
  { slack, config }: { slack: LocalSlack; config: Config },
): RecordImage {
  const { fileId, name, state, alt, bytes } = image;
  const originalBytes = slack.state.files.get(fileId)?.bytes.length;
  const facts = {
    fileId,
    name,
    state,
    removed: [],
    ...(alt !== undefined && { alt }),
    ...(bytes !== undefined && { bytes }),
    ...(originalBytes !== undefined && { originalBytes }),
  };
  if (image.state !== "uploaded") {
    return facts;
  }
  const [html] = renderTags(image, { publicBaseUrl: config.publicBaseUrl, tags: HTML });
  return {
    ...facts,
    ...(html !== undefined && { tag: html.tag }),
    url: publicUrl(config.publicBaseUrl, image.key),
    ...tagSize(image),
    removed: image.removed ?? [],
  };
}

const HTML = { formats: ["html"], wrapperClass: "", template: "" } as const;

/** Returns the paths that differ: `images[0].alt`. */
function diff(before: unknown, after: unknown, path = ""): string[] {
  if (!isBranch(before) || !isBranch(after) || Array.isArray(before) !== Array.isArray(after)) {
    return before === after ? [] : [path];
  }
  const [one, other] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const names = [...new Set([...one.keys(), ...other.keys()])];
  return names.flatMap((name) => {
    const step = Array.isArray(after) ? `[${name}]` : `${path === "" ? "" : "."}${name}`;
    return diff(one.get(name), other.get(name), `${path}${step}`);
  });
}

function isBranch(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
