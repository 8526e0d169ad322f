import type { ModalView } from "@slack/web-api";

/** The response to a submitted modal. https://docs.slack.dev/surfaces/modals#response_actions */
export type ViewAnswer =
  | { outcome: "ignored" }
  | { outcome: "update"; view: ModalView }
  /** Sentences under the fields, by block id. What was typed stays. */
  | { outcome: "errors"; errors: Readonly<Record<string, string>> }
  /** Nothing was stored in time. Slack says so, and what was typed stays. */
  | { outcome: "unavailable" };
