import { styleText } from "node:util";
import type { Message, Seen } from "../control/slack-answers.ts";
import { renderContent } from "./render-thread.ts";

/** Behind what the person did: how fast the app answered. Throws Slack's own sentence when it did not. */
export function renderAck({ ack, problem }: Seen): string {
  if (problem !== undefined) {
    throw new Error(`Slack says: ${problem}. See the functions' log`);
  }
  return ack === undefined
    ? ""
    : styleText("dim", `  (answered in ${Math.round(ack.durationMs)} ms)`);
}

/** What nobody else in the channel sees. */
export function renderWhispers(messages: readonly Message[]): string {
  return messages
    .flatMap((message) => [
      styleText("dim", "Only visible to you"),
      ...renderContent(message).map((line) => `   ${line}`),
    ])
    .join("\n");
}
