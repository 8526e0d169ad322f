import { isDeepStrictEqual } from "node:util";
import { isObject } from "../json.ts";
import {
  actionId,
  anyText,
  confirm,
  focus,
  option,
  placeholder,
  plainText,
} from "./composition.ts";
import { LIMITS } from "./limits.ts";
import {
  all,
  below,
  type Check,
  flag,
  list,
  object,
  oneOf,
  type Place,
  report,
  type Shape,
  text,
  whole,
} from "./schema.ts";

/** The elements that a small app can need. docs.slack.dev/reference/block-kit/block-elements */
const button = object(
  { text: plainText(LIMITS.buttonText) },
  {
    ...actionId,
    ...confirm,
    value: text({ min: 0, max: LIMITS.buttonValue }),
    url: text({ max: LIMITS.url }),
    style: oneOf("primary", "danger"),
    accessibility_label: text({ max: LIMITS.accessibilityLabel }),
  },
);

const checkboxes = all(
  object(
    { options: list(option(anyText), { max: LIMITS.checkboxes }) },
    { ...actionId, ...confirm, ...focus, initial_options: list(option(anyText)) },
  ),
  chosenFromOptions("initial_options"),
);

const staticSelect = all(
  object(
    { options: list(option(plainText), { max: LIMITS.selectOptions }) },
    { ...actionId, ...confirm, ...focus, ...placeholder, initial_option: option(plainText) },
  ),
  chosenFromOptions("initial_option"),
);

const dispatch: Shape = {
  dispatch_action_config: object(
    { trigger_actions_on: list(oneOf("on_enter_pressed", "on_character_entered")) },
    {},
  ),
};

const plainTextInput = all(
  object(
    {},
    {
      ...actionId,
      ...focus,
      ...placeholder,
      ...dispatch,
      initial_value: text({ min: 0, max: LIMITS.inputText }),
      multiline: flag,
      min_length: whole({ min: 0, max: LIMITS.inputText }),
      max_length: whole({ min: 1, max: LIMITS.inputText }),
    },
  ),
  initialValueFits,
);

const urlTextInput = object(
  {},
  { ...actionId, ...focus, ...placeholder, ...dispatch, initial_value: absoluteUrl },
);

const fileInput = object(
  {},
  {
    ...actionId,
    filetypes: list(text()),
    max_files: whole({ min: 1, max: LIMITS.inputFiles }),
  },
);

const slackFile = object({}, { id: text(), url: text() });

/** An image has `image_url` or `slack_file`, never both. `findUnusableImages` checks the image itself. */
export function picture(extra: Shape): Check {
  return all(
    object(
      { alt_text: text({ max: LIMITS.altText }) },
      { ...extra, image_url: text({ max: LIMITS.url }), slack_file: slackFile },
    ),
    oneSource,
  );
}

export const actionElements: Shape = { button, checkboxes, static_select: staticSelect };
export const accessories: Shape = { ...actionElements, image: picture({}) };
export const contextElements: Shape = { image: picture({}) };
export const inputElements: Shape = {
  checkboxes,
  static_select: staticSelect,
  plain_text_input: plainTextInput,
  url_text_input: urlTextInput,
  file_input: fileInput,
};

function chosenFromOptions(key: "initial_options" | "initial_option"): Check {
  return (value, at) => {
    if (!isObject(value) || !Array.isArray(value["options"]) || value[key] === undefined) {
      return;
    }
    const options: unknown[] = value["options"];
    const chosen: unknown[] = key === "initial_option" ? [value[key]] : [value[key]].flat();
    const known = chosen.every((entry) => options.some((o) => isDeepStrictEqual(o, entry)));
    if (!known) {
      report(below(at, key), `\`${key}\` must match the options`);
    }
  };
}

function initialValueFits(value: unknown, at: Place): void {
  if (!isObject(value)) {
    return;
  }
  const { initial_value: initial, max_length: max } = value;
  if (typeof initial === "string" && typeof max === "number" && initial.length > max) {
    report(below(at, "initial_value"), `must be less than ${max + 1} characters`);
  }
}

function absoluteUrl(value: unknown, at: Place): void {
  if (typeof value !== "string" || !URL.canParse(value)) {
    report(at, "must be a valid url");
  }
}

function oneSource(value: unknown, at: Place): void {
  if (!isObject(value)) {
    return;
  }
  const { image_url: url, slack_file: file } = value;
  if ((url === undefined) === (file === undefined)) {
    return report(at, "must provide exactly one of `image_url` and `slack_file`");
  }
  if (isObject(file) && "id" in file === "url" in file) {
    report(below(at, "slack_file"), "must provide exactly one of `id` and `url`");
  }
  const kind = url === undefined ? "slack_file" : "image_url";
  at.scope.images.push({ pointer: `${at.pointer}/${kind}`, image: url ?? file, kind });
}
