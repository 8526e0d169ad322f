import type { Attempt } from "../delivery/outgoing-request.ts";
import { isObject, type JsonObject, parseJson } from "../json.ts";
import { Refusal } from "../refusal.ts";
import type { Slack, View } from "../state/slack.ts";
import { requireUser, type User } from "../state/workspace.ts";
import { fieldsOf, type FieldValue, fillForm } from "../views/form.ts";
import { createView, replaceView, showView } from "../views/view-store.ts";
import { commonPayload, failureOf, postInteraction } from "./payload.ts";
import { type Seen, watch } from "./seen.ts";

export interface Submission {
  viewId: string;
  user?: string | undefined;
  /** By `block_id`. */
  values?: Readonly<Record<string, FieldValue>>;
}

export interface Closing {
  viewId: string;
  user?: string | undefined;
  /** True for the X, which closes all views of the modal; false for Cancel. */
  isCleared?: boolean | undefined;
}

/** docs.slack.dev/reference/interaction-payloads/view-interactions-payload#view_submission */
export async function submitView(slack: Slack, submission: Submission): Promise<Seen> {
  const user = requireUser(slack.workspace, submission.user);
  const view = requireFront(slack, user, submission.viewId);
  if (view.submit === null) {
    throw new RangeError(`Cannot submit ${view.id}: it has no submit button`);
  }
  const { values, errors } = fillForm(slack, { view, user, given: submission.values ?? {} });
  if (Object.keys(errors).length > 0) {
    return watch(slack, user, () => Promise.resolve({ errors }));
  }
  view.state = { values };
  return watch(slack, user, async () => {
    const ack = await postInteraction(slack, {
      type: "view_submission",
      ...commonPayload(slack, user),
      view,
      response_urls: [],
    });
    return { ack, ...(await applyAnswer(slack, { user, view, ack })) };
  });
}

/** Slack sends `view_closed` only for views with `notify_on_close`, and ignores the answer. */
export async function closeView(slack: Slack, closing: Closing): Promise<Seen> {
  const user = requireUser(slack.workspace, closing.user);
  const view = requireFront(slack, user, closing.viewId);
  const isCleared = closing.isCleared === true || view.clear_on_close;
  return watch(slack, user, async () => {
    if (isCleared) {
      slack.state.modals.delete(user.id);
    } else {
      closeFront(slack, user);
    }
    if (!view.notify_on_close) {
      return {};
    }
    const { trigger_id: _, ...common } = commonPayload(slack, user);
    const payload = { type: "view_closed", ...common, view, is_cleared: isCleared };
    return { ack: await postInteraction(slack, payload) };
  });
}

function requireFront({ state }: Slack, user: User, viewId: string): View {
  const view = state.modals.get(user.id)?.at(-1);
  if (view === undefined || view.id !== viewId) {
    throw new RangeError(`Cannot use view ${viewId}: it is not in front of ${user.id}`);
  }
  return view;
}

function closeFront({ state }: Slack, user: User): void {
  const rest = (state.modals.get(user.id) ?? []).slice(0, -1);
  if (rest.length === 0) {
    state.modals.delete(user.id);
  } else {
    state.modals.set(user.id, rest);
  }
}

/** An empty answer closes the view; JSON has a `response_action`. docs.slack.dev/surfaces/modals#updating_response */
async function applyAnswer(
  slack: Slack,
  { user, view, ack }: { user: User; view: View; ack: Attempt },
): Promise<Partial<Seen>> {
  const failure = failureOf(ack);
  if (failure !== undefined) {
    return trouble(failure);
  }
  if (ack.body === undefined || ack.body === "") {
    closeFront(slack, user);
    return {};
  }
  const answer = parseJson(ack.body);
  if (!isObject(answer)) {
    return trouble("the body is not JSON");
  }
  if (ack.contentType?.startsWith("application/json") !== true) {
    return trouble(`the content type is ${ack.contentType ?? "missing"}`);
  }
  try {
    return await act(slack, answer, { user, view });
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    return trouble(error.message);
  }
}

async function act(
  slack: Slack,
  answer: JsonObject,
  { user, view }: { user: User; view: View },
): Promise<Partial<Seen>> {
  const action = answer["response_action"];
  if (action === "errors") {
    return showErrors(answer["errors"], view);
  }
  if (action === "clear") {
    slack.state.modals.delete(user.id);
  } else if (action === "update") {
    replaceView(slack, view, { view: await createView(slack, answer["view"]) });
  } else if (action === "push") {
    showView(slack, user.id, { view: await createView(slack, answer["view"]), isPushed: true });
  } else {
    return trouble(`response_action is ${String(action)}`);
  }
  return {};
}

/** Slack refuses the whole answer if a key is not the `block_id` of an input. */
function showErrors(errors: unknown, view: View): Partial<Seen> {
  if (!isObject(errors) || Object.keys(errors).length === 0) {
    return trouble("no errors given");
  }
  const known = new Set(fieldsOf(view).map(({ blockId }) => blockId));
  const shown: Record<string, string> = {};
  for (const [blockId, sentence] of Object.entries(errors)) {
    if (!known.has(blockId)) {
      return trouble(`${blockId} is not the block_id of an input`);
    }
    if (typeof sentence !== "string" || sentence === "") {
      return trouble(`${blockId} has no sentence`);
    }
    shown[blockId] = sentence;
  }
  return { errors: shown };
}

function trouble(reason: string): Partial<Seen> {
  return { problem: `We had some trouble connecting. Try again? (${reason})` };
}
