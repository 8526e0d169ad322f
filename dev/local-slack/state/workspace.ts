import type { JsonObject } from "../json.ts";
import type { Manifest } from "./manifest.ts";

/** The people and conversations of one workspace with one app installed. */
export interface Workspace {
  teamId: string;
  teamDomain: string;
  appId: string;
  botId: string;
  botUserId: string;
  manifest: Manifest;
  channels: Map<string, Channel>;
  users: Map<string, User>;
}

export interface Channel {
  id: string;
  name: string;
  kind: "channel" | "group" | "im" | "mpim";
  isArchived: boolean;
  members: Set<string>;
}

export interface User {
  id: string;
  name: string;
  realName: string;
  teamId: string;
  /** An admin may delete messages of the workspace's people and apps. */
  isAdmin: boolean;
}

export interface NewChannel {
  id?: string;
  name: string;
  isPrivate?: boolean;
  isIm?: boolean;
  isMpim?: boolean;
  isArchived?: boolean;
  botIsMember?: boolean;
  /** User ids. The default is everybody. */
  members?: readonly string[];
}

export interface NewUser {
  id?: string;
  name: string;
  realName?: string;
  /** Another team's id makes the person a Slack Connect stranger. */
  teamId?: string;
  isAdmin?: boolean;
}

/** Has #images, #general (which the bot is not in) and a direct message with the bot. */
export function createWorkspace(manifest: Manifest): Workspace {
  const workspace: Workspace = {
    teamId: "T0LOCAL001",
    teamDomain: "local-workspace",
    appId: "A0LOCAL001",
    botId: "B0LOCAL001",
    botUserId: "U0LOCALBOT",
    manifest,
    channels: new Map(),
    users: new Map(),
  };
  addUser(workspace, { name: "jane", realName: "Jane Doe" });
  addUser(workspace, { name: "minho", realName: "Minho Kim" });
  addChannel(workspace, { name: "images" });
  addChannel(workspace, { name: "general", botIsMember: false });
  addChannel(workspace, { name: "directmessage", isIm: true, members: ["U0LOCAL001"] });
  return workspace;
}

const ID_PREFIXES = { channel: "C", group: "C", im: "D", mpim: "G" } as const;

export function addChannel(workspace: Workspace, channel: NewChannel): Channel {
  const kind = kindOf(channel);
  const number = String(workspace.channels.size + 1).padStart(3, "0");
  const members = new Set(channel.members ?? workspace.users.keys());
  if (channel.botIsMember ?? true) {
    members.add(workspace.botUserId);
  }
  const added: Channel = {
    id: channel.id ?? `${ID_PREFIXES[kind]}0LOCAL${number}`,
    name: channel.name.replace(/^#/, ""),
    kind,
    isArchived: channel.isArchived ?? false,
    members,
  };
  workspace.channels.set(added.id, added);
  return added;
}

/** A new person joins all channels and group messages, but not other people's direct messages. */
export function addUser(workspace: Workspace, user: NewUser): User {
  const number = String(workspace.users.size + 1).padStart(3, "0");
  const added: User = {
    id: user.id ?? `U0LOCAL${number}`,
    name: user.name,
    realName: user.realName ?? user.name,
    teamId: user.teamId ?? workspace.teamId,
    isAdmin: user.isAdmin ?? false,
  };
  workspace.users.set(added.id, added);
  for (const channel of workspace.channels.values()) {
    if (channel.kind !== "im") {
      channel.members.add(added.id);
    }
  }
  return added;
}

/** Finds or opens the app's direct message with somebody. */
export function directMessageWith(workspace: Workspace, { id, name }: User): Channel {
  const known = [...workspace.channels.values()].find(
    ({ kind, members }) => kind === "im" && members.has(id) && members.has(workspace.botUserId),
  );
  return known ?? addChannel(workspace, { name: `dm-${name}`, isIm: true, members: [id] });
}

/** By id, or by name with or without `#`. */
export function findChannel(workspace: Workspace, idOrName: string): Channel | undefined {
  const name = idOrName.replace(/^#/, "");
  return (
    workspace.channels.get(idOrName) ??
    [...workspace.channels.values()].find((channel) => channel.name === name)
  );
}

export function requireChannel(workspace: Workspace, idOrName: string): Channel {
  const channel = findChannel(workspace, idOrName);
  if (channel === undefined) {
    throw new RangeError(`Cannot find channel ${idOrName}`);
  }
  return channel;
}

/** By id, or by name with or without `@`. The default is the first person of the workspace. */
export function requireUser(workspace: Workspace, idOrName: string | undefined): User {
  const users = [...workspace.users.values()];
  const name = idOrName?.replace(/^@/, "");
  const user =
    idOrName === undefined
      ? users[0]
      : (workspace.users.get(idOrName) ?? users.find((one) => one.name === name));
  if (user === undefined) {
    throw new RangeError(`Cannot find user ${idOrName ?? ""}`);
  }
  return user;
}

/** The name of a conversation in payloads: only public channels have their own. */
export function channelReference(channel: Channel): { id: string; name: string } {
  const names = {
    channel: channel.name,
    group: "privategroup",
    im: "directmessage",
    mpim: `mpdm-${channel.name}-1`,
  } as const;
  return { id: channel.id, name: names[channel.kind] };
}

export function botProfile(workspace: Workspace): JsonObject {
  const { botId, appId, botUserId, teamId, manifest } = workspace;
  return {
    id: botId,
    deleted: false,
    name: manifest.botName,
    updated: 0,
    app_id: appId,
    user_id: botUserId,
    icons: {},
    team_id: teamId,
  };
}

function kindOf({ isIm, isMpim, isPrivate }: NewChannel): Channel["kind"] {
  if (isIm) {
    return "im";
  }
  if (isMpim) {
    return "mpim";
  }
  return isPrivate ? "group" : "channel";
}
