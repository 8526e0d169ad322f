import * as v from "valibot";
import { FileList, type SlackFile, uniqueById } from "./file.ts";
import { Id, lenient, parseAs, parseJson, PayloadError, Timestamp } from "./parse.ts";

export type InteractionPayload =
  | { type: "message_shortcut"; shortcut: MessageShortcut }
  | { type: "block_action"; action: BlockAction }
  | { type: "view_submission"; submission: ViewSubmission }
  /** Signed and well formed, but of a type that this app does not handle. */
  | { type: "other"; name: string };

/** The person who pressed a button, chose a shortcut or submitted a form. */
export interface Actor {
  userId: string;
  teamId: string;
  /** The person's own team, if Slack tells it. */
  userTeamId: string | undefined;
  /** On Enterprise Grid: the organization of the app, or a stranger's. */
  enterpriseId: string | undefined;
  /** Whether the app is installed for a whole organization, with all its workspaces. */
  isEnterpriseInstall: boolean;
  standing: Standing;
}

/**
 * Whether a person belongs to the app's own workspace or to another organization in a Slack Connect
 * channel. On Enterprise Grid an interaction can only prove membership.
 */
export type Standing = "member" | "stranger" | "untold";

export interface MessageShortcut {
  callbackId: string;
  triggerId: string;
  actor: Actor;
  channelId: string;
  responseUrl: string | undefined;
  message: {
    ts: string;
    threadTs: string | undefined;
    userId: string | undefined;
    /** Includes the files of shared messages. */
    files: readonly SlackFile[];
  };
}

export interface BlockAction {
  actionId: string;
  value: string;
  triggerId: string;
  actor: Actor;
  /**
   * The conversation of the message that holds the button. A modal has neither channel nor thread.
   */
  channelId: string | undefined;
  threadTs: string | undefined;
}

export interface ViewSubmission {
  callbackId: string;
  viewId: string;
  privateMetadata: string;
  actor: Actor;
  fields: readonly ViewField[];
  files: readonly SlackFile[];
}

/** An input's value as submitted, and as it was when the modal opened. */
export interface ViewField {
  blockId: string;
  /** The text; for checkboxes, the values of the ticked ones, separated by commas. */
  value: string;
  initialValue: string;
}

/**
 * Parses the body of a request to the interactivity Request URL: a form with the JSON in `payload`.
 * https://docs.slack.dev/interactivity/handling-user-interaction
 * @throws {PayloadError}
 */
export function parseInteractionPayload(rawBody: string): InteractionPayload {
  const json = new URLSearchParams(rawBody).get("payload");
  if (json === null) {
    throw new PayloadError('Cannot read the body: expected a form with a "payload"');
  }
  const payload = parseAs(Payload, parseJson(json), 'a JSON object with a "type"');
  switch (payload.type) {
    case "message_action":
      return { type: "message_shortcut", shortcut: toMessageShortcut(payload) };
    case "block_actions":
      return toBlockAction(payload);
    case "view_submission":
      return { type: "view_submission", submission: toViewSubmission(payload) };
    default:
      return { type: "other", name: payload.type };
  }
}

const Payload = v.looseObject({ type: v.string() });

/** `team` is null if the app is installed for a whole organization. */
const ActorPayload = v.object({
  team: lenient(v.object({ id: lenient(Id) })),
  enterprise: lenient(v.object({ id: lenient(Id) })),
  is_enterprise_install: lenient(v.boolean()),
  user: v.object({ id: Id, team_id: lenient(Id) }),
});

/** An unreadable attachment counts as one without files, so that the others keep theirs. */
const Attachment = v.fallback(v.object({ files: FileList }), { files: [] });

const MessageAction = v.object({
  ...ActorPayload.entries,
  callback_id: v.string(),
  trigger_id: v.string(),
  channel: v.object({ id: Id }),
  response_url: lenient(v.string()),
  message_ts: lenient(Timestamp),
  message: v.object({
    ts: lenient(Timestamp),
    thread_ts: lenient(Timestamp),
    user: lenient(Id),
    files: FileList,
    attachments: v.fallback(v.optional(v.array(Attachment), []), []),
  }),
});

const BlockActions = v.object({
  ...ActorPayload.entries,
  trigger_id: lenient(v.string()),
  channel: lenient(v.object({ id: Id })),
  container: lenient(
    v.object({
      channel_id: lenient(Id),
      message_ts: lenient(Timestamp),
      thread_ts: lenient(Timestamp),
    }),
  ),
  message: lenient(
    v.object({ ts: lenient(Timestamp), thread_ts: lenient(Timestamp), team: lenient(Id) }),
  ),
  actions: v.array(v.object({ action_id: v.string(), value: lenient(v.string()) })),
});

const Options = lenient(v.array(v.object({ value: v.string() })));

const InputBlock = v.object({
  block_id: v.string(),
  element: v.object({ initial_value: lenient(v.string()), initial_options: Options }),
});

const InputState = v.object({
  value: lenient(v.string()),
  selected_options: Options,
  files: FileList,
});

const Submission = v.object({
  ...ActorPayload.entries,
  view: v.object({
    id: Id,
    callback_id: v.string(),
    private_metadata: v.fallback(v.optional(v.string(), ""), ""),
    blocks: v.fallback(v.array(v.unknown()), []),
    state: v.object({ values: v.record(v.string(), v.record(v.string(), v.unknown())) }),
  }),
});

/** `ownTeamId` is the team of the message that holds the button, which is always the app's own. */
function toActor(payload: v.InferOutput<typeof ActorPayload>, ownTeamId?: string): Actor {
  const { team, enterprise, user, is_enterprise_install: isEnterpriseInstall = false } = payload;
  const teamId = team?.id ?? user.team_id ?? enterprise?.id;
  if (teamId === undefined) {
    throw new PayloadError('Cannot read the payload: expected a "team", or a "user" with one');
  }
  const isGrid = enterprise?.id !== undefined || isEnterpriseInstall || team?.id === undefined;
  // Outside Enterprise Grid, the interaction's team is the app's workspace
  // (slackapi/java-slack-sdk#1041).
  const homeTeamId = isGrid ? ownTeamId : team.id;
  return {
    userId: user.id,
    teamId,
    userTeamId: user.team_id,
    enterpriseId: enterprise?.id,
    isEnterpriseInstall,
    standing: standingOf(user.team_id, { homeTeamId, isGrid }),
  };
}

function standingOf(
  userTeamId: string | undefined,
  { homeTeamId, isGrid }: { homeTeamId: string | undefined; isGrid: boolean },
): Standing {
  if (userTeamId !== undefined && userTeamId === homeTeamId) {
    return "member";
  }
  return isGrid || userTeamId === undefined ? "untold" : "stranger";
}

function toMessageShortcut(payload: unknown): MessageShortcut {
  const action = parseAs(
    MessageAction,
    payload,
    '"message_action" with "callback_id", "trigger_id", "channel", "user" and "message"',
  );
  const { message } = action;
  const ts = message.ts ?? action.message_ts;
  if (ts === undefined) {
    throw new PayloadError('Cannot read the payload: expected a "message" with a "ts"');
  }
  const shared = message.attachments.flatMap((attachment) => attachment.files);
  return {
    callbackId: action.callback_id,
    triggerId: action.trigger_id,
    actor: toActor(action),
    channelId: action.channel.id,
    responseUrl: action.response_url,
    message: {
      ts,
      threadTs: message.thread_ts,
      userId: message.user,
      files: uniqueById([...message.files, ...shared]),
    },
  };
}

function toBlockAction(payload: unknown): InteractionPayload {
  const { actions, ...others } = parseAs(
    BlockActions,
    payload,
    '"block_actions" with "user" and "actions"',
  );
  const [action] = actions;
  if (action === undefined) {
    return { type: "other", name: "block_actions" };
  }
  const { channel, container, message } = others;
  return {
    type: "block_action",
    action: {
      actionId: action.action_id,
      value: action.value ?? "",
      triggerId: others.trigger_id ?? "",
      actor: toActor(others, message?.team),
      channelId: channel?.id ?? container?.channel_id,
      threadTs: message?.thread_ts ?? container?.thread_ts ?? message?.ts ?? container?.message_ts,
    },
  };
}

function toViewSubmission(payload: unknown): ViewSubmission {
  const submission = parseAs(Submission, payload, '"view_submission" with "user" and "view"');
  const { view } = submission;
  const inputs = view.blocks.filter((block) => v.is(InputBlock, block));
  const initial = new Map(
    inputs.map(({ block_id, element: { initial_value, initial_options } }) => [
      block_id,
      initial_value ?? joinValues(initial_options),
    ]),
  );
  const states = Object.entries(view.state.values).flatMap(([blockId, actions]) =>
    Object.values(actions)
      .filter((state) => v.is(InputState, state))
      .map((state) => ({ blockId, state: v.parse(InputState, state) })),
  );
  return {
    callbackId: view.callback_id,
    viewId: view.id,
    privateMetadata: view.private_metadata,
    actor: toActor(submission),
    fields: states.map(({ blockId, state }) => ({
      blockId,
      value: state.value ?? joinValues(state.selected_options),
      initialValue: initial.get(blockId) ?? "",
    })),
    files: uniqueById(states.flatMap(({ state }) => state.files)),
  };
}

function joinValues(options: readonly { value: string }[] = []): string {
  return options.map(({ value }) => value).join(",");
}
