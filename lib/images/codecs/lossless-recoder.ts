import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { PNGLosslessOptions } from "@napi-rs/image";
import * as v from "valibot";

export interface LosslessJob {
  bytes: Uint8Array;
  type: "jpg" | "png";
  /** The reductions that oxipng may apply to a PNG. */
  reductions?: PNGLosslessOptions;
}

/**
 * Packs a JPEG or a PNG tighter. mozjpeg and oxipng cannot be stopped, so they run in a child
 * process, which can be killed and has no secrets. Throws if they fail or exceed the timeout. The
 * job begins after `meanwhile`, which runs while the process starts.
 */
export async function recodeInProcess(
  job: LosslessJob,
  timeoutMs: number,
  meanwhile: () => Promise<void> = async () => {},
): Promise<Uint8Array> {
  const child = fork(fileURLToPath(new URL("./lossless-process.js", import.meta.url)), {
    serialization: "advanced",
    env: {},
    execArgv: [],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  try {
    const recoded = once(child, "message");
    const ended = once(child, "exit");
    const sent = meanwhile().then(() => child.send(job));
    const [[message]] = await Promise.all([Promise.race([recoded, ended]), sent]);
    const reply = v.parse(LosslessReply, message);
    if (reply.outcome === "failed") {
      throw new Error(`Cannot recode the ${job.type}: ${reply.reason}`);
    }
    return reply.bytes;
  } finally {
    child.kill("SIGKILL");
  }
}

const LosslessReply = v.variant(
  "outcome",
  [
    v.object({ outcome: v.literal("recoded"), bytes: v.instance(Uint8Array) }),
    v.object({ outcome: v.literal("failed"), reason: v.string() }),
  ],
  "the recoder ended without a result",
);
export type LosslessReply = v.InferOutput<typeof LosslessReply>;
