import { describe, expect, it } from "vitest";
import { takeLogs } from "../helpers/logs.ts";
import { after, afterNth } from "./cut.ts";
import {
  all,
  busy,
  clockIsOff,
  death,
  deleteMessage,
  deleteReply,
  firstFileDrips,
  forGood,
  limit,
  meanwhile,
  type Order,
  recorded,
  redirected,
  removeApp,
  s3Does,
  s3Stalls,
  slackDoes,
  slackStalls,
  sweepTooEarly,
  TEN_MINUTES_MS,
} from "./orders.ts";
import {
  allDone,
  doneInSilence,
  doneUnseen,
  failed,
  failedInSilence,
  leftAlone,
  endFault,
  type Scene,
  secondDeleted,
  startScene,
  UNREADABLE,
  VIA,
} from "./scene.ts";
import { sweepUntilDone } from "./upload.ts";

/** The fault's name; what happens meanwhile; how the fault is ordered; the end state; an event in the log. */
type Row = [
  fault: string,
  via: keyof typeof VIA,
  order: Order,
  end: (scene: Scene) => void,
  log: string,
];

const RECORD = { on: "PUT", key: /^state\/messages/u } as const;
const UPDATE = {
  ...RECORD,
  when: ({ headers }: { headers: ReadonlyMap<string, string> }) => headers.has("if-match"),
} as const;
const IMAGE = { on: "PUT", key: /\.png$/u } as const;
/** The first attempt succeeded, and no sweep was needed. */
const RIDDEN_OUT = "upload.finished";
const LOSSES: ReadonlySet<string> = new Set(["reconcile.failed", "upload.failed", "work.failed"]);
const WITHIN_S = 7;
/** Longer than a function runs, and over when the first sweep comes. */
const BEYOND_S = 330;
const DRIP = { kind: "slow_drip", chunkBytes: 200, intervalMs: 1 } as const;

/** Each Slack method, what calls it, and the end state if it is down for the whole run, or busy beyond the budget. */
const METHODS = [
  ["chat.postMessage", "message", allDone, "work.failed"],
  ["chat.update", "message", allDone, "work.failed"],
  ["files.info", "stubs", allDone, "upload.failed"],
  ["download", "message", allDone, "upload.failed"],
  ["conversations.replies", "unanswered", allDone, "work.failed"],
  ["conversations.history", "lost", allDone, "reconcile.failed"],
  ["auth.test", "lost", allDone, "request.rejected"],
  ["users.conversations", "everywhere", allDone, "request.rejected"],
  ["views.open", "shortcut", allDone, "modal.failed"],
  ["views.update", "shortcut", allDone, "modal.failed"],
  ["chat.postEphemeral", "stranger", allDone, "work.failed"],
  ["chat.delete", "deletion", secondDeleted, "work.failed"],
  ["chat.update", "deletion", secondDeleted, "work.failed"],
] as const;

const SLACK: readonly Row[] = METHODS.flatMap(([method, via, end, log]): Row[] => [
  [
    `429 on ${method}, Retry-After within the budget`,
    via,
    busy(method, WITHIN_S),
    via === "deletion" ? secondDeleted : allDone,
    RIDDEN_OUT,
  ],
  [`429 on ${method}, Retry-After beyond it`, via, busy(method, BEYOND_S), end, log],
  [`500 from ${method}`, via, slackDoes(method, { kind: "error_500" }), end, log],
  [`timeout of ${method}`, via, slackStalls(method), end, log],
  [`HTML from ${method}`, via, slackDoes(method, { kind: "html" }), end, log],
  [`reset by ${method}`, via, slackDoes(method, { kind: "reset" }), end, log],
]);

/** oxfmt-ignore */
const MATRIX: readonly Row[] = [
  [
    "death after the claim, before the ack",
    "message",
    death({ ...after(0), isNextCarriedOut: true }),
    allDone,
    "message.answered",
  ],
  ["death after ack", "message", death(after(1)), allDone, "message.answered"],
  [
    "death after “Uploading…”",
    "message",
    death(afterNth("chat.postMessage")),
    allDone,
    "work.failed",
  ],
  [
    "death after object 1 of 3",
    "message",
    death(afterNth("PUT images", 1)),
    allDone,
    "work.failed",
  ],
  [
    "death after object 2 of 3",
    "message",
    death(afterNth("PUT images", 2)),
    allDone,
    "work.failed",
  ],
  ["death after all objects", "message", death(afterNth("PUT images", 3)), allDone, "work.failed"],
  ["death before `done`", "message", death(afterNth("chat.update")), allDone, "work.failed"],

  ...SLACK,
  [
    "chat.postMessage times out after Slack executed it",
    "message",
    slackStalls("chat.postMessage", { kind: "executed_then_stall" }, 1),
    allDone,
    "reply.unanswered",
  ],
  [
    "chat.postMessage is reset after Slack executed it",
    "message",
    slackDoes("chat.postMessage", { kind: "executed_then_reset" }, 1),
    allDone,
    "reply.unanswered",
  ],

  [
    "S3: 503 SlowDown twice, image",
    "message",
    s3Does({ ...IMAGE, kind: "slow_down", times: 2 }),
    allDone,
    RIDDEN_OUT,
  ],
  [
    "S3: 503 SlowDown twice, record",
    "message",
    s3Does({ ...RECORD, kind: "slow_down", times: 2 }),
    allDone,
    RIDDEN_OUT,
  ],
  ["S3: 403, image", "message", s3Does({ ...IMAGE, kind: "forbidden" }), allDone, "upload.failed"],
  [
    "S3: 403 for good, image",
    "message",
    forGood(s3Does({ ...IMAGE, kind: "forbidden" })),
    failed("not_stored", 1),
    "upload.failed",
  ],
  ["S3: 403, record", "message", s3Does({ ...RECORD, kind: "forbidden" }), allDone, "work.failed"],
  [
    "S3: 403, record, once it is claimed",
    "message",
    s3Does({ ...UPDATE, kind: "forbidden" }),
    allDone,
    "work.failed",
  ],
  [
    "S3: 404 bucket, image",
    "message",
    s3Does({ ...IMAGE, kind: "no_such_bucket" }),
    allDone,
    "upload.failed",
  ],
  [
    "S3: 404 bucket for good, image",
    "message",
    forGood(s3Does({ ...IMAGE, kind: "no_such_bucket" })),
    failed("not_stored", 1),
    "upload.failed",
  ],
  [
    "S3: 404 bucket, record",
    "message",
    s3Does({ ...RECORD, kind: "no_such_bucket" }),
    allDone,
    "work.failed",
  ],
  [
    "S3: 409 twice, image",
    "message",
    s3Does({ ...IMAGE, kind: "conflict", times: 2 }),
    allDone,
    RIDDEN_OUT,
  ],
  [
    "S3: 409 twice, record",
    "message",
    s3Does({ ...RECORD, kind: "conflict", times: 2 }),
    allDone,
    RIDDEN_OUT,
  ],
  [
    "S3: 412, the image is there already",
    "message",
    s3Does({ ...IMAGE, kind: "executed_then_reset", times: 1 }),
    allDone,
    RIDDEN_OUT,
  ],
  [
    "S3: 412, the record is there already",
    "message",
    s3Does({ ...RECORD, kind: "executed_then_reset", times: 1 }),
    allDone,
    RIDDEN_OUT,
  ],
  [
    "S3: 412, somebody else wrote the record",
    "message",
    s3Does({ ...UPDATE, kind: "precondition_failed", times: 2 }),
    allDone,
    RIDDEN_OUT,
  ],
  ["S3: stall, image", "message", s3Stalls(IMAGE, 1), allDone, RIDDEN_OUT],
  [
    "S3: stall for good, image",
    "message",
    forGood(s3Stalls(IMAGE)),
    failed("not_stored", 1),
    "upload.failed",
  ],
  ["S3: stall for good, record", "message", s3Stalls(RECORD), allDone, "work.failed"],
  ["S3: stall, sweep", "lost", s3Stalls({ on: "LIST" }), allDone, "request.rejected"],
  [
    "S3: reset mid-body, image",
    "message",
    s3Does({ ...IMAGE, kind: "reset_mid_body", times: 2 }),
    allDone,
    RIDDEN_OUT,
  ],
  [
    "S3: reset mid-body, record written",
    "message",
    s3Does({ ...RECORD, kind: "reset_mid_body", times: 2 }),
    allDone,
    RIDDEN_OUT,
  ],
  [
    "S3: reset mid-body, record read",
    "message",
    s3Does({ ...RECORD, on: "GET", kind: "reset_mid_body", times: 2 }),
    allDone,
    RIDDEN_OUT,
  ],

  [
    "download: login page",
    "message",
    slackDoes("download", { kind: "login_page" }),
    allDone,
    "upload.failed",
  ],
  [
    "download: login page for a moment",
    "message",
    slackDoes("download", { kind: "login_page" }, 3),
    allDone,
    RIDDEN_OUT,
  ],
  [
    "download: login page for good",
    "message",
    forGood(slackDoes("download", { kind: "login_page" })),
    failed("no_access"),
    "upload.failed",
  ],
  ["download: 302 to an allowed origin", "message", redirected, allDone, RIDDEN_OUT],
  [
    "download: 302 to a foreign host",
    "message",
    slackDoes("download", { kind: "redirect", to: "https://files.slack.com.evil.example/" }),
    failed("external"),
    "upload.failed",
  ],
  [
    "download: truncation",
    "message",
    slackDoes("download", { kind: "truncated" }, 2),
    allDone,
    RIDDEN_OUT,
  ],
  [
    "download: truncation for good",
    "message",
    forGood(slackDoes("download", { kind: "truncated" })),
    failed("not_downloaded"),
    "upload.failed",
  ],
  [
    "download: stall",
    "message",
    slackStalls("download", { kind: "stall" }, 1),
    allDone,
    RIDDEN_OUT,
  ],
  [
    "download: too large, with Content-Length",
    "message",
    limit({ MAX_IMAGE_BYTES: "1000" }),
    failed("too_large", 3),
    "upload.failed",
  ],
  [
    "download: too large, without Content-Length",
    "message",
    all(limit({ MAX_IMAGE_BYTES: "1000" }), slackDoes("download", { kind: "no_content_length" })),
    failed("too_large", 3),
    "upload.failed",
  ],
  [
    "download: slow drip, within the limit",
    "message",
    slackDoes("download", DRIP),
    allDone,
    RIDDEN_OUT,
  ],
  ["download: slow drip, beyond the limit", "message", firstFileDrips, allDone, "upload.failed"],
  [
    "download: slow drip for good",
    "message",
    forGood(firstFileDrips),
    failed("not_downloaded", 1),
    "upload.failed",
  ],

  [
    "clock 10 min fast",
    "message",
    clockIsOff({ skewMs: TEN_MINUTES_MS }),
    allDone,
    "request.rejected",
  ],
  [
    "clock 10 min slow",
    "message",
    clockIsOff({ skewMs: -TEN_MINUTES_MS }),
    allDone,
    "request.rejected",
  ],
  [
    "clock 10 min fast on another instance, which sweeps",
    "message",
    meanwhile("chat.postMessage", sweepTooEarly),
    allDone,
    RIDDEN_OUT,
  ],
  [
    "clock 10 min fast on another instance, which sweeps late",
    "message",
    meanwhile("chat.update", sweepTooEarly),
    allDone,
    RIDDEN_OUT,
  ],
  [
    "clock of S3 10 min fast",
    "message",
    clockIsOff({ s3SkewMs: TEN_MINUTES_MS }),
    allDone,
    RIDDEN_OUT,
  ],
  [
    "clock of S3 10 min slow",
    "message",
    clockIsOff({ s3SkewMs: -TEN_MINUTES_MS }),
    allDone,
    RIDDEN_OUT,
  ],
  [
    "clock of S3 20 min fast: RequestTimeTooSkewed",
    "message",
    clockIsOff({ s3SkewMs: 2 * TEN_MINUTES_MS }),
    allDone,
    RIDDEN_OUT,
  ],
  [
    "clock of S3 20 min slow: RequestTimeTooSkewed",
    "message",
    clockIsOff({ s3SkewMs: -2 * TEN_MINUTES_MS }),
    allDone,
    RIDDEN_OUT,
  ],

  ["record corrupt", "message", recorded(UNREADABLE[0]), leftAlone, "record.unreadable"],
  ["record of a newer version", "message", recorded(UNREADABLE[1]), leftAlone, "record.unreadable"],

  [
    "message deleted before “Uploading…”",
    "message",
    meanwhile("chat.postMessage", deleteMessage),
    doneInSilence,
    "reply.failed",
  ],
  [
    "message deleted while uploading",
    "message",
    meanwhile("chat.update", deleteMessage),
    allDone,
    RIDDEN_OUT,
  ],
  [
    "app removed from the channel before it uploads",
    "message",
    removeApp,
    failedInSilence("gone"),
    "reply.failed",
  ],
  [
    "app removed from the channel while uploading",
    "message",
    slackDoes("chat.update", { kind: "platform_error", error: "not_in_channel" }),
    doneUnseen,
    "reply.failed",
  ],
  [
    "the bot's reply deleted by somebody",
    "message",
    meanwhile("chat.update", deleteReply),
    allDone,
    RIDDEN_OUT,
  ],
];

describe("after the fault and at most two sweeps, the end state is right:", () => {
  it.each(MATRIX)("%s (%s)", async (_, name, order, end, log) => {
    const via = VIA[name];
    const scene = await startScene(via);
    await using stack = scene.stack;
    if ("before" in via) {
      await via.before(scene);
    }
    await order(scene);
    await via.act(scene);
    await Promise.all([...scene.aside, stack.drain()]);
    endFault(scene);
    await sweepUntilDone(stack, scene.posted, scene.createInstance);
    end(scene);
    const events = takeLogs().map(({ event }) => event);
    expect(events).toContain(log);
    expect(log === RIDDEN_OUT ? events.filter((event) => LOSSES.has(event)) : []).toEqual([]);
  });
});
