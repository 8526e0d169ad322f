import { styleText } from "node:util";
import type { Message, Seen } from "../control/slack-answers.ts";
import { renderContent } from "./render-thread.ts";

/** Says how fast the app answered. Throws Slack's sentence if the answer failed. */
export function renderAck({ ack, problem }: Seen): string {
  if (problem !== undefined) {
    throw new Error(`Slack says: ${problem}. See the functions' log`);
  }
  return ack === undefined
    ? ""
    : styleText("dim", `  (answered in ${Math.round(ack.durationMs)} ms)`);
}

/** Renders messages that only this person sees. */
export function renderWhispers(messages: readonly Message[]): string {
  return messages
    .flatMap((message) => [
      styleText("dim", "Only visible to you"),
      ...renderContent(message).map((line) => `   ${line}`),
    ])
    .join("\n");
}
