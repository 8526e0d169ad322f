import { LIMITS } from "./limits.ts";
import { byType, type Check, flag, object, oneOf, type Shape, text, uniqueId } from "./schema.ts";

/** docs.slack.dev/reference/block-kit/composition-objects */
export function plainText(max: number): Check {
  return byType({ plain_text: object({ text: text({ max }) }, { emoji: flag }) });
}

export function anyText(max: number): Check {
  return byType({
    plain_text: object({ text: text({ max }) }, { emoji: flag }),
    mrkdwn: object({ text: text({ max }) }, { verbatim: flag }),
  });
}

export const actionId: Shape = {
  action_id: uniqueId("action_id", LIMITS.id, (scope) => scope.actionIds),
};

export const confirm: Shape = {
  confirm: object(
    {
      title: plainText(LIMITS.confirmTitle),
      text: anyText(LIMITS.confirmText),
      confirm: plainText(LIMITS.confirmButton),
      deny: plainText(LIMITS.confirmButton),
    },
    { style: oneOf("primary", "danger") },
  ),
};

export const placeholder: Shape = { placeholder: plainText(LIMITS.placeholder) };

export const focus: Shape = {
  focus_on_load: (value, at) => {
    flag(value, at);
    if (value !== true) {
      return;
    }
    if (at.scope.focused) {
      at.scope.problems.push(`only one element can be focused [json-pointer:${at.pointer}]`);
    }
    at.scope.focused = true;
  },
};

export function option(label: (max: number) => Check): Check {
  return object(
    { text: label(LIMITS.optionText), value: text({ max: LIMITS.optionValue }) },
    { description: label(LIMITS.optionText) },
  );
}
