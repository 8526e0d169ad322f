import type { LocalSlack } from "../local-slack/server.ts";
import type { User } from "../local-slack/state/workspace.ts";
import { ADMIN_ID } from "./settings.ts";

/**
 * The workspace that one plays in: four people, one of them of another organisation; #images, which that organisation
 * shares; #design, private, without the app; a direct message with the app for each member, and one between two people.
 */
export function populateWorkspace(slack: LocalSlack): void {
  const { channels, users } = slack.state;
  const [jane, minho] = users.values();
  slack.addUser({
    id: ADMIN_ID,
    name: "sora",
    realName: "Sora Park",
    isAdmin: true,
  });
  const team = [...users.values()];
  slack.addUser({ name: "alex", realName: "Alex Weber", teamId: "T0OTHER001" });
  for (const channel of channels.values()) {
    if (channel.name === "general") {
      channel.name = "design";
      channel.kind = "group";
      channel.members = new Set(team.map(({ id }) => id));
    }
  }
  if (jane !== undefined && minho !== undefined) {
    addDirectMessage(slack, { people: [jane, minho], botIsMember: false });
  }
  for (const person of team) {
    if (!hasAppMessages(slack, person)) {
      addDirectMessage(slack, { people: [person], botIsMember: true });
    }
  }
}

function addDirectMessage(
  slack: LocalSlack,
  { people, botIsMember }: { people: readonly User[]; botIsMember: boolean },
): void {
  slack.addChannel({
    name: `dm-${people.map(({ name }) => name).join("-")}`,
    isIm: true,
    botIsMember,
    members: people.map(({ id }) => id),
  });
}

function hasAppMessages({ state, botUserId }: LocalSlack, { id }: User): boolean {
  return [...state.channels.values()].some(
    ({ kind, members }) => kind === "im" && members.has(id) && members.has(botUserId),
  );
}
