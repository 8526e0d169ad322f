import { type JsonObject, textAt } from "../../json.ts";
import { Refusal } from "../../refusal.ts";
import type { Slack, View } from "../../state/slack.ts";
import { requireTrigger } from "../../views/triggers.ts";
import { allViews, createView, replaceView, showView } from "../../views/view-store.ts";
import { type Method, requiredText } from "./method.ts";

export const viewMethods: Readonly<Record<string, Method>> = {
  "views.open": { scopes: [], run: (slack, args) => show(slack, args, { isPushed: false }) },
  "views.push": { scopes: [], run: (slack, args) => show(slack, args, { isPushed: true }) },
  "views.update": { scopes: [], run: update },
};

/** A refused view does not use up the trigger. */
async function show(
  slack: Slack,
  args: JsonObject,
  { isPushed }: { isPushed: boolean },
): Promise<JsonObject> {
  const triggerId = requiredText(args, "trigger_id");
  requireTrigger(slack, triggerId);
  const view = await createView(slack, args["view"]);
  const trigger = requireTrigger(slack, triggerId);
  const shown = showView(slack, trigger.userId, { view, isPushed });
  trigger.isUsed = true;
  return { view: { ...shown } };
}

async function update(slack: Slack, args: JsonObject): Promise<JsonObject> {
  const id = requiredText(args, "view_id");
  requireView(slack, id);
  const view = await createView(slack, args["view"]);
  // The person may have closed it in the meantime.
  const old = requireView(slack, id);
  return { view: { ...replaceView(slack, old, { view, hash: textAt(args, "hash") }) } };
}

function requireView(slack: Slack, id: string): View {
  const found = allViews(slack).find((view) => view.id === id);
  if (found === undefined) {
    throw new Refusal("not_found");
  }
  return found;
}
