import * as v from "valibot";
import { FileList, FilePayload, type SlackFile } from "./file.ts";
import { Id, lenient, parseAs, parseJson, PayloadError, Timestamp } from "./parse.ts";

export type EventsPayload =
  | { type: "url_verification"; challenge: string }
  | { type: "app_rate_limited" }
  /** `unreadableFiles` counts the entries that were left out because they could not be read. */
  | { type: "message"; message: SlackMessage; unreadableFiles?: number }
  /** Signed and well formed, but of a type that this app does not handle. */
  | { type: "other" };

/** A message with files, in the app's own terms. */
export interface SlackMessage {
  /** The team that installed the app, which is not always the sender's. */
  teamId: string;
  channelId: string;
  ts: string;
  threadTs: string | undefined;
  subtype: string | undefined;
  userId: string | undefined;
  /** Posted by this app, by another app or by Slack itself. */
  isFromBot: boolean;
  /** The sender's team, if Slack tells it. */
  senderTeamId: string | undefined;
  /** The teams whose members are not strangers; `undefined` if the channel has no strangers. */
  homeTeamIds: readonly string[] | undefined;
  files: readonly SlackFile[];
}

/** Slack Connect brings people from other organizations into a channel. */
export function isStranger(
  teamId: string | undefined,
  homeTeamIds: readonly string[] | undefined,
): boolean {
  return teamId !== undefined && homeTeamIds !== undefined && !homeTeamIds.includes(teamId);
}

/**
 * Parses the body of a request to the Events API's Request URL.
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

/**
 * Reads the challenge of an unsigned body. It must look like Slack's, so that we echo a single word
 * and never a page.
 */
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
 * Reads a message from `conversations.history` or `conversations.replies`, which is the event
 * without its envelope. `undefined`: the message has no files or is unreadable.
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

/** The installation that the token belongs to, according to `auth.test`. */
export interface Installation {
  teamId: string;
  enterpriseId: string | undefined;
  botUserId: string;
}

/** A message in a channel's history that started a thread. */
export interface ThreadRoot {
  ts: string;
  /** Whether the app replied. */
  isAnswered: boolean;
  /** Whether anybody but the app replied. */
  hasOtherReplies: boolean;
}

/** `undefined`: the message did not start a thread. */
export function inspectThreadRoot(
  message: unknown,
  { botUserId }: Installation,
): ThreadRoot | undefined {
  const parsed = v.safeParse(ThreadRootPayload, message);
  if (!parsed.success) {
    return undefined;
  }
  const { ts, reply_users: users = [], reply_users_count: count = users.length } = parsed.output;
  // Slack names at most five of the people who replied.
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

/** Reads the `ts` of any message. */
export function inspectTs(message: unknown): string | undefined {
  const parsed = v.safeParse(v.object({ ts: Timestamp }), message);
  return parsed.success ? parsed.output.ts : undefined;
}

function toMessage(callback: MessageCallback): SlackMessage {
  const { event } = callback;
  const installation = callback.authorizations?.[0];
  // file_share events carry no `event.team` (slackapi/java-slack-sdk#521). In Slack Connect the
  // envelope's `team_id` may be the sender's.
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
 * Posts of modern apps have no `bot_message` subtype, but posts through the API carry the app's
 * `bot_id` and `app_id`, even with a user token (anneschuth/claude-threads#526). If both are
 * missing, the posted file may tell: its uploader is the same user and a bot. System messages come
 * from USLACK and USLACKBOT.
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

/** On Enterprise Grid, other teams of the same organization are not strangers. */
function findHomeTeams(callback: MessageCallback, teamId: string): string[] | undefined {
  const enterpriseId = callback.authorizations?.[0]?.enterprise_id;
  if (enterpriseId === undefined) {
    return [teamId];
  }
  return callback.is_ext_shared_channel === false ? undefined : [teamId, enterpriseId];
}
