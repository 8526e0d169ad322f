import { isObject } from "../json.ts";
import { anyText, plainText } from "./composition.ts";
import {
  accessories,
  actionElements,
  contextElements,
  inputElements,
  picture,
} from "./elements.ts";
import { LIMITS } from "./limits.ts";
import { richText } from "./rich-text.ts";
import {
  all,
  below,
  byType,
  type Check,
  flag,
  list,
  object,
  type Place,
  report,
  type Shape,
  text,
  uniqueId,
} from "./schema.ts";

/** Every other block type is refused, as Slack refuses unknown types. docs.slack.dev/reference/block-kit/blocks */
const blockId: Shape = {
  block_id: uniqueId("block_id", LIMITS.id, (scope) => scope.blockIds),
};

const blocks: Shape = {
  divider: object({}, blockId),
  header: object({ text: plainText(LIMITS.header) }, blockId),
  section: all(
    object(
      {},
      {
        ...blockId,
        text: anyText(LIMITS.text),
        fields: list(anyText(LIMITS.fieldText), { max: LIMITS.fields }),
        accessory: byType(accessories),
        expand: flag,
      },
    ),
    textOrFields,
  ),
  context: object({ elements: list(contextElement, { max: LIMITS.contextElements }) }, blockId),
  actions: object(
    { elements: list(byType(actionElements), { max: LIMITS.actionsElements }) },
    blockId,
  ),
  image: picture({ ...blockId, title: plainText(LIMITS.imageTitle) }),
  rich_text: object({ elements: richText }, blockId),
  markdown: all(object({ text: text({ max: LIMITS.markdown }) }, blockId), onlyInMessages),
  input: all(
    object(
      { label: plainText(LIMITS.label), element: byType(inputElements) },
      { ...blockId, hint: plainText(LIMITS.hint), optional: flag, dispatch_action: flag },
    ),
    onlyInForms,
  ),
};

const block = byType(blocks);

/** Each `action_id` must be unique within its block. */
export const anyBlock: Check = (value, at) => {
  at.scope.actionIds.clear();
  block(value, at);
};

function textOrFields(value: unknown, at: Place): void {
  if (isObject(value) && !("text" in value) && !("fields" in value)) {
    report(at, "missing required field: text");
  }
}

function contextElement(value: unknown, at: Place): void {
  const isText = isObject(value) && (value["type"] === "mrkdwn" || value["type"] === "plain_text");
  const check = isText ? anyText(LIMITS.text) : byType(contextElements);
  check(value, at);
}

function onlyInMessages(_value: unknown, at: Place): void {
  if (at.scope.surface !== "message") {
    report(below(at, "type"), "unsupported type: markdown");
  }
}

function onlyInForms(_value: unknown, at: Place): void {
  if (at.scope.surface === "message") {
    report(below(at, "type"), "unsupported type: input");
  } else if (!at.scope.hasSubmit) {
    report(below(at, "input"), "must define `submit` to use an `input` block in modals");
  }
}
