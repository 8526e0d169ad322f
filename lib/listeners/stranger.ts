import { inspectActionValue } from "../blocks/action-value.ts";
import type { AnswerPorts, WorkPorts } from "../ports.ts";
import type { UploadRecord } from "../records/record.ts";
import type { Actor, BlockAction } from "../slack/interaction-payloads.ts";
import { tellActor } from "./accept-action.ts";

/** A button pressed by somebody of another organisation, in a Slack Connect channel. */
export async function onStranger(work: WorkPorts, action: BlockAction): Promise<void> {
  const { userId } = action.actor;
  work.logger.info("interaction.refused", { action: action.actionId, user: userId });
  await tellActor(work, action, ({ membersOnly }) => membersOnly);
}

/** Whether the button's record tells that its presser may press it; where there is none, nothing can happen. */
export async function isAdmitted(ports: AnswerPorts, action: BlockAction): Promise<boolean> {
  const ref = inspectActionValue(action.value)?.ref;
  const stored = ref === undefined ? undefined : await ports.records.read(ref);
  return stored === undefined || isMember(ports, action.actor, stored.record);
}

/**
 * The record may tell more than an interaction: the team that installed the app, and those that were no strangers
 * when the images were posted. Where it names none, everybody there was of the organisation, which counts when the app
 * is installed for all of it. Whoever nothing is told of is refused.
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
