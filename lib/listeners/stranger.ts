import type { BlockAction } from "../slack/interaction-payloads.ts";
import { type ListenerContext, tellPrivately } from "./context.ts";

/** A button pressed by somebody of another organisation, in a Slack Connect channel. */
export function createStrangerListener(context: ListenerContext) {
  return async function onStranger(action: BlockAction): Promise<void> {
    const { userId } = action.actor;
    context.logger.info("interaction.refused", { action: action.actionId, user: userId });
    await tellPrivately(context, { ...action, userId, text: context.messages.membersOnly });
  };
}
