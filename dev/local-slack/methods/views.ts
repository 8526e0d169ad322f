import { textAt } from "../json.ts";
import type { JsonObject } from "../json.ts";
import { Refusal, refuseWith } from "../refusal.ts";
import type { Slack } from "../slack.ts";
import { requireTrigger } from "../triggers.ts";
import {
  allViews,
  createView,
  refuseTakenExternalId,
  replaceView,
  showView,
} from "../view-store.ts";
import type { View } from "../view-store.ts";
import { requiredText } from "./method.ts";
import type { Method } from "./method.ts";

export const viewMethods: Readonly<Record<string, Method>> = {
  "views.open": { scopes: [], run: (slack, args) => show(slack, args, { isPushed: false }) },
  "views.push": { scopes: [], run: (slack, args) => show(slack, args, { isPushed: true }) },
  "views.update": { scopes: [], run: update },
  "views.publish": { scopes: [], run: publish },
};

/** A refused view leaves the trigger unused, so that another view can still be opened with it. */
async function show(
  slack: Slack,
  args: JsonObject,
  { isPushed }: { isPushed: boolean },
): Promise<JsonObject> {
  const triggerId = requiredText(args, "trigger_id");
  requireTrigger(slack, triggerId);
  const view = await createView(slack, args["view"]);
  refuseOtherType(view, "modal");
  refuseTakenExternalId(slack, view);
  const trigger = requireTrigger(slack, triggerId);
  const shown = showView(slack, trigger.userId, { view, isPushed });
  trigger.isUsed = true;
  return { view: { ...shown } };
}

async function update(slack: Slack, args: JsonObject): Promise<JsonObject> {
  const id = textAt(args, "view_id");
  const externalId = textAt(args, "external_id");
  const find = () =>
    allViews(slack).find((view) =>
      id === undefined ? view.external_id === externalId : view.id === id,
    );
  if (id === undefined && externalId === undefined) {
    throw refuseWith("invalid_arguments", ["missing required field: view_id"]);
  }
  if (find() === undefined) {
    throw new Refusal("not_found");
  }
  const view = await createView(slack, args["view"]);
  const old = find();
  if (old === undefined) {
    throw new Refusal("not_found");
  }
  refuseOtherType(view, old.type);
  refuseTakenExternalId(slack, view, old);
  return { view: { ...replaceView(slack, old, { view, hash: textAt(args, "hash") }) } };
}

async function publish(slack: Slack, args: JsonObject): Promise<JsonObject> {
  const userId = requiredText(args, "user_id");
  if (!slack.workspace.users.has(userId)) {
    throw refuseWith("invalid_arguments", ["invalid `user_id`"]);
  }
  const view = await createView(slack, args["view"]);
  refuseOtherType(view, "home");
  if (!slack.workspace.manifest.hasHomeTab) {
    throw new Refusal("not_enabled");
  }
  const old = slack.state.homes.get(userId);
  refuseTakenExternalId(slack, view, old);
  const hash = textAt(args, "hash");
  const shown = old === undefined ? view : replaceView(slack, old, { view, hash });
  slack.state.homes.set(userId, shown);
  return { view: { ...shown } };
}

function refuseOtherType(view: View, expected: View["type"]): void {
  if (view.type !== expected) {
    throw refuseWith("invalid_arguments", [
      `must be of type ${expected} [json-pointer:/view/type]`,
    ]);
  }
}
