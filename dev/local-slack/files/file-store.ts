import type { JsonObject } from "../json.ts";
import type { Slack, StoredFile } from "../state/slack.ts";
import type { Channel, User } from "../state/workspace.ts";
import { connectStub, createFileObject, overrideFileObject } from "./file-object.ts";

export interface NewFile {
  name: string;
  bytes: Uint8Array;
  mimetype?: string;
  altText?: string;
  /** Slack's preview at `thumb_*`: for an HEIC, which browsers cannot show, a JPEG or PNG. */
  thumbnail?: { bytes: Uint8Array; mimetype: string };
  /** Overrides properties of the file object; `undefined` removes one: `{ mode: 'external', url_private: … }`. */
  overrides?: JsonObject;
  /** The event shows a stub with `check_file_info`; `files.info` returns the complete file object. */
  isConnectStub?: boolean;
}

export function storeFile(
  slack: Slack,
  file: NewFile,
  { user, channel }: { user: User; channel?: Channel },
): StoredFile {
  const { clock, origin, state } = slack;
  const id = `F0LOCAL${String(clock.nextNumber()).padStart(4, "0")}`;
  const bytes = Buffer.from(file.bytes);
  const thumbnail = file.thumbnail && {
    ...file.thumbnail,
    bytes: Buffer.from(file.thumbnail.bytes),
  };
  const created = createFileObject({
    id,
    name: file.name,
    bytes,
    thumbnail,
    mimetype: file.mimetype,
    altText: file.altText,
    user: user.id,
    teamId: user.teamId,
    createdSeconds: clock.nowSeconds(),
    isPublic: channel?.kind === "channel",
    origin,
  });
  const object = overrideFileObject(created, file.overrides ?? {});
  const stored: StoredFile = {
    id,
    bytes,
    contentType: String(created["mimetype"]),
    ...(thumbnail === undefined ? {} : { thumbnail }),
    object,
    shown: file.isConnectStub === true ? connectStub(id) : object,
    sharedIn: new Set(channel === undefined ? [] : [channel.id]),
    isGivenToBot: channel === undefined,
    isDeleted: false,
  };
  state.files.set(id, stored);
  return stored;
}

/** "View files shared in channels and conversations that your app has been added to" (scope `files:read`). */
export function isVisibleToBot({ workspace }: Slack, file: StoredFile): boolean {
  const isMember = (id: string) =>
    workspace.channels.get(id)?.members.has(workspace.botUserId) ?? false;
  return file.isGivenToBot || [...file.sharedIn].some(isMember);
}
