import type { WorkPorts } from "../ports.ts";
import type { BlockAction } from "../slack/interaction-payloads.ts";
import { tellActor } from "./accept-action.ts";

/** A button pressed by somebody of another organisation, in a Slack Connect channel. */
export async function onStranger(work: WorkPorts, action: BlockAction): Promise<void> {
  const { userId } = action.actor;
  work.logger.info("interaction.refused", { action: action.actionId, user: userId });
  await tellActor(work, action, work.messages.membersOnly);
}
