import { isRecordRef, type RecordRef } from "./record-ref.ts";

/** `state/messages/T1/C1/1652227646.593159.json` */
export function recordKey(prefix: string, ref: RecordRef): string {
  return `${prefix}${ref}.json`;
}

/** `undefined`: the key is not a record's. */
export function parseRecordKey(prefix: string, key: string): RecordRef | undefined {
  const ref = key.slice(prefix.length).replace(/\.json$/u, "");
  return key === recordKey(prefix, ref) && isRecordRef(ref) ? ref : undefined;
}

/** `state/open/messages/T1/C1/1652227646.593159/ID` */
export function markerKey(prefix: string, ref: RecordRef, id: string): string {
  return `${openFolder(prefix)}${ref}/${id}`;
}

/** Every object in this folder is a promise that is not kept yet. */
export function openFolder(prefix: string): string {
  return `${prefix}open/`;
}

/** `undefined`: the key is not a marker's. */
export function parseMarkerKey(
  prefix: string,
  key: string,
): { ref: RecordRef; id: string } | undefined {
  const path = key.slice(openFolder(prefix).length);
  const slash = path.lastIndexOf("/");
  const [ref, id] = [path.slice(0, slash), path.slice(slash + 1)];
  const isMarker = key === markerKey(prefix, ref, id) && isRecordRef(ref) && /^[\w-]+$/u.test(id);
  return isMarker ? { ref, id } : undefined;
}

export function formsFolder(prefix: string): string {
  return `${prefix}forms/`;
}

/** Holds a folder per team, which holds a folder per channel. */
export function messagesFolder(prefix: string): string {
  return `${prefix}messages/`;
}

export function channelFolder(
  prefix: string,
  { teamId, channelId }: { teamId: string; channelId: string },
): string {
  return `${messagesFolder(prefix)}${teamId}/${channelId}/`;
}

export function sweepStateKey(prefix: string): string {
  return `${prefix}reconcile.json`;
}

/** Ends like a record's key, so that a CDN that exposes records exposes the probe too. */
export function probeKey(prefix: string, id: string): string {
  return `${probeFolder(prefix)}${id}.json`;
}

/** Holds throwaway objects, which a sweep writes and deletes to test the store. */
export function probeFolder(prefix: string): string {
  return `${prefix}probe/`;
}
