import * as v from "valibot";
import { FileList, FilePayload, type SlackFile } from "./file.ts";
import { Id, lenient, parseAs, parseJson, PayloadError, Timestamp } from "./parse.ts";

export type EventsPayload =
  | { type: "url_verification"; challenge: string }
  | { type: "app_rate_limited" }
  /** With how many entries of its files cannot be read: they are left out. */
  | { type: "message"; message: SlackMessage; unreadableFiles?: number }
  /** Signed and well formed, but nothing that this app listens to. */
  | { type: "other" };

/** A message with files, in the app's own words. */
export interface SlackMessage {
  /** The team that installed the app, which is not always the one that the message came from. */
  teamId: string;
  channelId: string;
  ts: string;
  threadTs: string | undefined;
  subtype: string | undefined;
  userId: string | undefined;
  /** Posted by this app, by another app or by Slack itself. */
  isFromBot: boolean;
  /** The sender's team, where Slack tells it. */
  senderTeamId: string | undefined;
  /** Whose members are no strangers; `undefined` when nobody here is one. */
  homeTeamIds: readonly string[] | undefined;
  files: readonly SlackFile[];
}

/** Slack Connect brings people of other organisations into a channel. */
export function isStranger(
  teamId: string | undefined,
  homeTeamIds: readonly string[] | undefined,
): boolean {
  return teamId !== undefined && homeTeamIds !== undefined && !homeTeamIds.includes(teamId);
}

/**
 * The body of a request to the Events API's Request URL.
 * https://docs.slack.dev/apis/events-api
 * @throws {PayloadError}
 */
export function parseEventsPayload(rawBody: string): EventsPayload {
  const envelope = parseAs(Envelope, parseJson(rawBody), 'a JSON object with a "type"');
  switch (envelope.type) {
    case "url_verification":
      return parseAs(UrlVerification, envelope, '"url_verification" with a "challenge"');
    case "app_rate_limited":
      return { type: "app_rate_limited" };
    case "event_callback":
      return parseEventCallback(envelope);
    default:
      return { type: "other" };
  }
}

/** The challenge of a body that nobody signed, where it has the form of Slack's: what is echoed is a word, and no page. */
export function inspectChallenge(rawBody: string): string | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), UnsignedChallenge), rawBody);
  return parsed.success ? parsed.output.challenge : undefined;
}

const Envelope = v.looseObject({ type: v.string() });

const UrlVerification = v.object({
  type: v.literal("url_verification"),
  challenge: v.string(),
});

const UnsignedChallenge = v.object({
  type: v.literal("url_verification"),
  challenge: v.pipe(v.string(), v.regex(/^[\w.-]{1,200}$/u)),
});

const Event = v.looseObject({ type: v.string() });

const EventWithFiles = v.object({ files: v.pipe(v.array(v.unknown()), v.minLength(1)) });

const Authorization = v.object({
  team_id: lenient(v.string()),
  enterprise_id: lenient(v.string()),
  user_id: lenient(v.string()),
  is_bot: lenient(v.boolean()),
});

const MessageCallback = v.object({
  team_id: lenient(Id),
  context_team_id: lenient(Id),
  api_app_id: lenient(v.string()),
  is_ext_shared_channel: lenient(v.boolean()),
  authorizations: lenient(v.array(Authorization)),
  event: v.object({
    channel: Id,
    ts: Timestamp,
    thread_ts: lenient(Timestamp),
    subtype: lenient(v.string()),
    user: lenient(v.string()),
    user_team: lenient(v.string()),
    source_team: lenient(v.string()),
    team: lenient(v.string()),
    bot_id: lenient(v.string()),
    app_id: lenient(v.string()),
    bot_profile: lenient(v.looseObject({})),
    display_as_bot: lenient(v.boolean()),
    files: v.pipe(FileList, v.minLength(1)),
  }),
});
type MessageCallback = v.InferOutput<typeof MessageCallback>;

function parseEventCallback(envelope: v.InferOutput<typeof Envelope>): EventsPayload {
  const event = parseAs(
    Event,
    envelope["event"],
    '"event_callback" with an "event" that has a "type"',
  );
  if (event.type !== "message" || !v.is(EventWithFiles, event)) {
    return { type: "other" };
  }
  const unreadableFiles = event.files.filter((file) => !v.is(FilePayload, file)).length;
  const callback = parseAs(
    MessageCallback,
    envelope,
    'a message with "channel", "ts" and a file that has an "id"',
  );
  return {
    type: "message",
    message: toMessage(callback),
    ...(unreadableFiles > 0 && { unreadableFiles }),
  };
}

/**
 * A message as `conversations.history` and `conversations.replies` have it: like the event, without its envelope.
 * `undefined` when it has no files, or is none that can be read.
 */
export function inspectHistoryMessage(
  message: unknown,
  { channelId, installation }: { channelId: string; installation: Installation },
): SlackMessage | undefined {
  const { teamId, enterpriseId, botUserId } = installation;
  const parsed = v.safeParse(MessageCallback, {
    context_team_id: teamId,
    authorizations: [
      { team_id: teamId, enterprise_id: enterpriseId, user_id: botUserId, is_bot: true },
    ],
    event: { ...v.parse(v.fallback(v.looseObject({}), {}), message), channel: channelId },
  });
  return parsed.success ? toMessage(parsed.output) : undefined;
}

/** Whose app this is, as `auth.test` says. */
export interface Installation {
  teamId: string;
  enterpriseId: string | undefined;
  botUserId: string;
}

/** A message in a channel's history with which a thread began. */
export interface ThreadRoot {
  ts: string;
  /** The app replied. */
  isAnswered: boolean;
  /** Somebody else than the app replied. */
  hasOtherReplies: boolean;
}

/** `undefined` when no thread began with it. */
export function inspectThreadRoot(
  message: unknown,
  { botUserId }: Installation,
): ThreadRoot | undefined {
  const parsed = v.safeParse(ThreadRootPayload, message);
  if (!parsed.success) {
    return undefined;
  }
  const { ts, reply_users: users = [], reply_users_count: count = users.length } = parsed.output;
  // Slack names five of those who replied at most.
  const isCut = users.length === 0 || count > users.length;
  return {
    ts,
    isAnswered: users.includes(botUserId),
    hasOtherReplies: isCut || users.some((user) => user !== botUserId),
  };
}

const ThreadRootPayload = v.object({
  ts: Timestamp,
  latest_reply: Timestamp,
  reply_users: lenient(v.array(v.string())),
  reply_users_count: lenient(v.number()),
});

/** The `ts` of any message. */
export function inspectTs(message: unknown): string | undefined {
  const parsed = v.safeParse(v.object({ ts: Timestamp }), message);
  return parsed.success ? parsed.output.ts : undefined;
}

function toMessage(callback: MessageCallback): SlackMessage {
  const { event } = callback;
  const installation = callback.authorizations?.[0];
  // file_share events carry no `event.team` (slackapi/java-slack-sdk#521); the envelope's own
  // `team_id` may be the sender's in Slack Connect.
  const teamId = callback.context_team_id ?? installation?.team_id ?? callback.team_id;
  if (teamId === undefined || !v.is(Id, teamId)) {
    throw new PayloadError('Cannot read the event: expected a "team_id"');
  }
  return {
    teamId,
    channelId: event.channel,
    ts: event.ts,
    threadTs: event.thread_ts,
    subtype: event.subtype,
    userId: event.user,
    isFromBot: isFromBot(callback),
    senderTeamId: event.user_team ?? event.source_team ?? event.team,
    homeTeamIds: findHomeTeams(callback, teamId),
    files: event.files,
  };
}

/**
 * Posts of modern apps have no `bot_message` subtype, but what they post through the API bears the app's `bot_id` and
 * `app_id`, with a person's token too (anneschuth/claude-threads#526). Where those are missing, the file that is
 * posted may tell: it was uploaded by the same user, who is a bot. System posts come from USLACK and USLACKBOT.
 */
function isFromBot({ event, ...callback }: MessageCallback): boolean {
  return (
    event.user === undefined ||
    event.bot_id !== undefined ||
    event.bot_profile !== undefined ||
    Boolean(event.app_id) ||
    event.display_as_bot === true ||
    event.files.some(({ botUserId }) => botUserId !== undefined && botUserId === event.user) ||
    (event.user?.startsWith("USLACK") ?? false) ||
    (callback.authorizations ?? []).some(
      (authorization) => authorization.is_bot === true && authorization.user_id === event.user,
    )
  );
}

/** On Enterprise Grid the other teams of the same organisation are no strangers. */
function findHomeTeams(callback: MessageCallback, teamId: string): string[] | undefined {
  const enterpriseId = callback.authorizations?.[0]?.enterprise_id;
  if (enterpriseId === undefined) {
    return [teamId];
  }
  return callback.is_ext_shared_channel === false ? undefined : [teamId, enterpriseId];
}
