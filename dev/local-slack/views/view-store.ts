import { randomBytes, randomUUID } from "node:crypto";
import { LIMITS } from "../block-kit/limits.ts";
import { normalizeBlocks } from "../block-kit/normalize.ts";
import { validateView } from "../block-kit/validate.ts";
import { findUnusableImages } from "../files/image-check.ts";
import { isObject, type JsonObject, textAt } from "../json.ts";
import { Refusal, refuseWith } from "../refusal.ts";
import type { Slack, View } from "../state/slack.ts";

/** Throws `view_too_large` and `invalid_arguments`. */
export async function createView(slack: Slack, source: unknown): Promise<View> {
  if (!isObject(source)) {
    throw refuseWith("invalid_arguments", ["missing required field: view"]);
  }
  if (Buffer.byteLength(JSON.stringify(source)) > LIMITS.viewBytes) {
    throw new Refusal("view_too_large");
  }
  const { problems, images } = validateView(source);
  if (problems.length > 0) {
    throw refuseWith("invalid_arguments", problems);
  }
  const unusable = await findUnusableImages(slack, images);
  if (unusable.length > 0) {
    throw refuseWith("invalid_arguments", unusable);
  }
  const { workspace } = slack;
  // Slack never repeats an id. Nor does this server after a restart, because the app's records outlive it.
  const id = `V0${randomUUID().replaceAll("-", "").slice(0, 12).toUpperCase()}`;
  return {
    id,
    team_id: workspace.teamId,
    type: "modal",
    blocks: normalizeBlocks(source["blocks"]),
    title: objectOrNull(source["title"]),
    submit: objectOrNull(source["submit"]),
    close: objectOrNull(source["close"]),
    private_metadata: textAt(source, "private_metadata") ?? "",
    callback_id: textAt(source, "callback_id") ?? "",
    external_id: "",
    state: { values: {} },
    hash: newHash(slack),
    clear_on_close: source["clear_on_close"] === true,
    notify_on_close: source["notify_on_close"] === true,
    root_view_id: id,
    previous_view_id: null,
    app_id: workspace.appId,
    bot_id: workspace.botId,
    app_installed_team_id: workspace.teamId,
  };
}

/** Opens a modal in place of the open ones, or on top of them (three at most). */
export function showView(
  { state }: Slack,
  userId: string,
  { view, isPushed }: { view: View; isPushed: boolean },
): View {
  const stack = isPushed ? (state.modals.get(userId) ?? []) : [];
  const below = stack.at(-1);
  if (isPushed && stack.length >= LIMITS.viewStack) {
    throw new Refusal("push_limit_reached");
  }
  const shown: View = {
    ...view,
    root_view_id: stack[0]?.id ?? view.id,
    previous_view_id: below?.id ?? null,
  };
  state.modals.set(userId, [...stack, shown]);
  return shown;
}

/** Keeps the old view's id and changes its hash. Throws `hash_conflict` if the given hash is stale. */
export function replaceView(
  slack: Slack,
  old: View,
  { view, hash }: { view: View; hash?: string | undefined },
): View {
  if (hash !== undefined && hash !== old.hash) {
    throw new Refusal("hash_conflict");
  }
  const { id, root_view_id, previous_view_id } = old;
  const state = keepTyped(old, view);
  return Object.assign(old, view, {
    id,
    root_view_id,
    previous_view_id,
    state,
    hash: newHash(slack),
  });
}

/** Entries stay in fields that keep their `block_id`. */
function keepTyped({ state }: View, { blocks }: View): View["state"] {
  const kept = new Set(blocks.map((block) => block["block_id"]));
  const values = Object.entries(state.values).filter(([blockId]) => kept.has(blockId));
  return { values: Object.fromEntries(values) };
}

export function allViews({ state }: Slack): View[] {
  return [...state.modals.values()].flat();
}

function newHash({ clock }: Slack): string {
  return `${clock.nowSeconds()}.${randomBytes(4).toString("hex")}`;
}

function objectOrNull(value: unknown): JsonObject | null {
  return isObject(value) ? { emoji: true, ...value } : null;
}
