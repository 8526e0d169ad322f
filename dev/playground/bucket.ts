import * as v from "valibot";
import { parseMarkerKey, openFolder } from "../../lib/records/state-keys.ts";
import { publicUrl } from "../../lib/storage/object-key.ts";
import type { ObjectFacts } from "../local-s3/stored-object.ts";
import type { OpenWork, StoredObjectInfo } from "./api.ts";
import type { StackPorts } from "./stack-ports.ts";

/** Lists all objects, newest first. */
export function listObjects({ s3, config }: StackPorts): StoredObjectInfo[] {
  const { imagePrefix, publicBaseUrl } = config;
  const buckets = [...new Set([config.s3.bucket, config.s3.stateBucket])];
  return buckets
    .flatMap((bucket) => s3.facts("", bucket))
    .toSorted((one, other) => other.lastModifiedMs - one.lastModifiedMs)
    .map((facts) => ({
      key: facts.key,
      bytes: facts.sizeBytes,
      lastModifiedMs: facts.lastModifiedMs,
      etag: facts.etag,
      headers: headersOf(facts),
      ...(facts.key.startsWith(imagePrefix) && { publicUrl: publicUrl(publicBaseUrl, facts.key) }),
    }));
}

function headersOf(facts: ObjectFacts): Record<string, string> {
  const { contentType, cacheControl, contentDisposition, contentEncoding, metadata } = facts;
  const headers = {
    "content-type": contentType,
    "cache-control": cacheControl,
    "content-disposition": contentDisposition,
    "content-encoding": contentEncoding,
    ...Object.fromEntries(
      Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
    ),
  };
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

const Marker = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ intent: v.string(), promisedAt: v.string() }),
);

/** Lists the markers, oldest first. */
export function listOpenWork({ s3, config }: StackPorts): OpenWork[] {
  const { statePrefix } = config;
  const markers = s3.objects(openFolder(statePrefix), config.s3.stateBucket);
  return markers
    .map(({ key, body, lastModifiedMs }) => {
      const parsed = v.safeParse(Marker, body.toString("utf8"));
      const [kind, , channel, ts] = parseMarkerKey(statePrefix, key)?.ref.split("/") ?? [];
      return {
        key,
        kind: parsed.success ? parsed.output.intent : "unknown",
        sinceMs: parsed.success ? Date.parse(parsed.output.promisedAt) : lastModifiedMs,
        ...(kind === "messages" && channel !== undefined && { channel }),
        ...(kind === "messages" && ts !== undefined && { ts }),
      };
    })
    .toSorted((one, other) => one.sinceMs - other.sinceMs);
}
