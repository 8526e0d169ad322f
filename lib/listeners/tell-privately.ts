import type { WorkPorts } from "../ports.ts";
import { TIME_PLAN } from "../time-plan.ts";

/** A sentence that only one person sees, below what they pressed. */
export async function tellPrivately(
  { slack, clock }: WorkPorts,
  whisper: {
    channelId: string | undefined;
    threadTs?: string | undefined;
    userId: string;
    text: string;
  },
): Promise<void> {
  const { channelId } = whisper;
  if (channelId !== undefined) {
    await slack.postEphemeral(
      { ...whisper, channelId },
      { deadlineMs: clock.now() + TIME_PLAN.patienceMs },
    );
  }
}
