import type { ModalView } from "@slack/web-api";

/** What a sent modal is answered with. https://docs.slack.dev/surfaces/modals#response_actions */
export type ViewAnswer =
  | { outcome: "ignored" }
  | { outcome: "update"; view: ModalView }
  /** By block id: sentences under the fields; what was typed stays. */
  | { outcome: "errors"; errors: Readonly<Record<string, string>> }
  /** It could not be stored in time: Slack says so, and what was typed stays. */
  | { outcome: "unavailable" };
