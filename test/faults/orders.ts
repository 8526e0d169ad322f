import { setTimeout } from "node:timers/promises";
import type { FaultRule as S3Fault } from "../../dev/local-s3/faults.ts";
import type { Fault } from "../../dev/local-slack/state/faults.ts";
import { createBucket } from "../../lib/storage/s3.ts";
import { repliesTo } from "../helpers/person.ts";
import { type Cut, cutWire } from "./cut.ts";
import type { Scene } from "./scene.ts";
import { CHANNEL, IMAGES, recordKeyOf, sweep } from "./upload.ts";

/** Orders a fault before the run begins. */
export type Order = (scene: Scene) => void | Promise<void>;

const ALWAYS = Number.POSITIVE_INFINITY;

/** The process dies at this moment. */
export function death(cut: Cut): Order {
  return ({ stack, lifts }) => {
    lifts.push(cutWire(stack, cut).mend);
  };
}

/** Slack fails each call of the method, or only the first ones. */
export function slackDoes(on: string, fault: Fault, times = ALWAYS): Order {
  return (scene) => scene.stack.slack.fault({ ...fault, on, times, when: () => scene.isOn });
}

/** Slack limits the rate: it refuses every call before the time that it named. */
export function busy(on: string, retryAfterSeconds: number): Order {
  return ({ stack }) => {
    const untilMs = stack.clock.nowMs + retryAfterSeconds * 1000;
    const when = () => stack.clock.nowMs < untilMs;
    stack.slack.fault({ on, kind: "rate_limited", retryAfterSeconds, times: ALWAYS, when });
  };
}

/** Slack does not answer within the app's time limit. */
export function slackStalls(on: string, fault: Fault = { kind: "stall" }, times = ALWAYS): Order {
  return (scene) => {
    const { slack, clock } = scene.stack;
    const limitMs = on === "download" ? IMAGE_LIMIT_MS : CALL_LIMIT_MS;
    const when = () => scene.isOn && expire(() => clock.expire(limitMs), fault);
    slack.fault({ ...fault, on, times, when });
  };
}

/** The first file arrives more slowly than the time limit allows. */
export function firstFileDrips(scene: Scene): void {
  const fault = { kind: "slow_drip", chunkBytes: 1, intervalMs: 60_000 } as const;
  const when = ({ path }: { path: string }) => {
    const isHit = scene.isOn && path.includes(scene.posted.fileIds[0] ?? "");
    if (isHit) {
      void expireWhenAlone(scene.stack);
    }
    return isHit;
  };
  scene.stack.slack.fault({ ...fault, on: "download", times: ALWAYS, when });
}

const CALL_LIMIT_MS = 8000;
/** The time limit of a download and of a put, in ms. */
const IMAGE_LIMIT_MS = 30_000;
const STATE_LIMIT_MS = 5000;

/** The time limit ends before anything was done, or some turns later, when something was about to be. */
function expire(end: () => void, { kind }: Fault): true {
  if (kind === "stall") {
    end();
  } else {
    void takeTurns(10).then(end);
  }
  return true;
}

export function s3Does(fault: S3Fault): Order {
  return ({ stack, lifts }) => {
    stack.s3.fault(fault);
    lifts.push(stack.s3.clearFaults);
  };
}

/** S3 does not answer within the app's time limit. */
export function s3Stalls(fault: Omit<S3Fault, "kind">, times = ALWAYS): Order {
  return (scene) => {
    const when = ({ key, query }: { key: string; query: URLSearchParams }) => {
      const isState = (key || query.get("prefix") || "").startsWith("state/");
      if (isState) {
        scene.stack.clock.expire(STATE_LIMIT_MS);
      } else {
        void expireWhenAlone(scene.stack);
      }
      return true;
    };
    return s3Does({ ...fault, kind: "stall", when, times })(scene);
  };
}

/** An image's limit ends when no other image is in transit, because they share the limit. */
async function expireWhenAlone({ s3, clock }: Scene["stack"]): Promise<void> {
  const others = IMAGES.length - 1;
  for (let tick = 0; tick < 100_000 && s3.objects("images/").length < others; tick += 1) {
    await setTimeout(1);
  }
  // Their answers are still in transit.
  await takeTurns(50);
  clock.expire(IMAGE_LIMIT_MS);
}

/** A person does something as soon as the app calls this method. */
export function meanwhile(on: string, act: (scene: Scene) => void): Order {
  return (scene) => {
    let isToCome = true;
    const when = () => {
      if (isToCome) {
        isToCome = false;
        act(scene);
      }
      return false;
    };
    scene.stack.slack.fault({ on, kind: "stall", when });
  };
}

/** Waits for turns of the event loop, however long each takes on a busy machine. */
async function takeTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    await setTimeout(1);
  }
}

export function all(...orders: Order[]): Order {
  return async (scene) => {
    for (const order of orders) {
      await order(scene);
    }
  };
}

/** The fault lasts through the sweeps, too. */
export function forGood(order: Order): Order {
  return all(order, (scene) => void (scene.isForGood = true));
}

export function deleteMessage({ stack, posted }: Scene): void {
  stack.slack.deleteMessage(CHANNEL, posted.ts);
}

export function deleteReply({ stack, posted }: Scene): void {
  for (const { ts } of repliesTo(stack, posted)) {
    stack.slack.deleteMessage(CHANNEL, ts);
  }
}

export function removeApp({ stack }: Scene): void {
  stack.slack.state.channels.get(CHANNEL)?.members.delete(stack.slack.botUserId);
}

/** An instance with a fast clock takes the lease holder for dead. */
export function sweepTooEarly(scene: Scene): void {
  scene.skewMs = TEN_MINUTES_MS;
  scene.aside.push(sweep(scene.createInstance()));
}

export const TEN_MINUTES_MS = 600_000;

export function clockIsOff(skew: Partial<Pick<Scene, "skewMs" | "s3SkewMs">>): Order {
  return (scene) => void Object.assign(scene, skew);
}

/** Each file's address redirects to another address of the same file. */
export function redirected({ stack, posted }: Scene): void {
  const { origin, teamId } = stack.slack;
  for (const id of posted.fileIds) {
    const to = `${origin}/files-pri/${teamId}-${id}/elsewhere`;
    const when = ({ path }: { path: string }) => path.includes(id);
    stack.slack.fault({ on: "download", kind: "redirect", to, when });
  }
}

export function limit(env: Record<string, string>): Order {
  return (scene) => void Object.assign(scene.env, env);
}

/** An object already exists at the record's key. */
export function recorded(body: string): Order {
  return async ({ stack, posted }) => {
    const { endpoint, bucket, region, accessKeyId, secretAccessKey } = stack.s3;
    const credentials = { accessKeyId, secretAccessKey };
    const state = createBucket({ bucket, region, endpoint, credentials, clock: stack.clock });
    await state.put(recordKeyOf(stack, posted), Buffer.from(body), {
      contentType: "application/json",
    });
  };
}
