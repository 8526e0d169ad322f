import { inspectActionValue } from "../blocks/action-value.ts";
import type { AnswerPorts, WorkPorts } from "../ports.ts";
import type { UploadRecord } from "../records/record.ts";
import type { Actor, BlockAction } from "../slack/interaction-payloads.ts";
import { tellActor } from "./accept-action.ts";

/** Refuses a button that a person of another organization pressed in a Slack Connect channel. */
export async function onStranger(work: WorkPorts, action: BlockAction): Promise<void> {
  const { userId } = action.actor;
  work.logger.info("interaction.refused", { action: action.actionId, user: userId });
  await tellActor(work, action, ({ membersOnly }) => membersOnly);
}

/**
 * Whether the button's record shows that this person may press it. Without a record nothing can
 * happen, so anybody may.
 */
export async function isAdmitted(ports: AnswerPorts, action: BlockAction): Promise<boolean> {
  const ref = inspectActionValue(action.value)?.ref;
  const stored = ref === undefined ? undefined : await ports.records.read(ref);
  return stored === undefined || isMember(ports, action.actor, stored.record);
}

/**
 * Whether a person is a member according to the record, which can tell more than an interaction:
 * the team that installed the app, and the teams that were not strangers when the images were
 * posted. If it names no teams, everybody there belonged to the organization, which is enough if
 * the app is installed for all of it. A person about whom nothing is known is refused.
 */
export function isMember(
  { config }: AnswerPorts,
  { standing, userId, userTeamId, isEnterpriseInstall }: Actor,
  { teamId, homeTeamIds }: UploadRecord,
): boolean {
  if (standing !== "untold" || config.allowExternalUsers || config.adminUserIds.has(userId)) {
    return standing !== "stranger" || config.allowExternalUsers;
  }
  return (
    userTeamId !== undefined &&
    (userTeamId === teamId || (homeTeamIds?.includes(userTeamId) ?? isEnterpriseInstall))
  );
}
