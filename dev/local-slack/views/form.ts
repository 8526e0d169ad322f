import { extname } from "node:path";
import { LIMITS } from "../block-kit/limits.ts";
import { type NewFile, storeFile } from "../files/file-store.ts";
import { isObject, type JsonObject, numberAt, objectsIn, textAt } from "../json.ts";
import type { Slack, View } from "../state/slack.ts";
import type { User } from "../state/workspace.ts";

/** A person's entry in a field: text, the values of checked options, or files. `null` clears the field. */
export type FieldValue = string | readonly string[] | readonly NewFile[] | null;

interface FilledForm {
  values: View["state"]["values"];
  /** Slack's own sentences under fields. The form is not sent while there are any. */
  errors: Record<string, string>;
}

/** Fills in a view as Slack's form does. A field that is not given keeps its earlier entry or its initial value. */
export function fillForm(
  slack: Slack,
  { view, user, given }: { view: View; user: User; given: Readonly<Record<string, FieldValue>> },
): FilledForm {
  const fields = fieldsOf(view);
  const unknown = Object.keys(given).find((id) => !fields.some((field) => field.blockId === id));
  if (unknown !== undefined) {
    throw new RangeError(`Cannot fill in ${unknown}: there is no such input`);
  }
  const form: FilledForm = { values: {}, errors: {} };
  for (const { blockId, actionId, element, isOptional } of fields) {
    const before = view.state.values[blockId]?.[actionId];
    const value = given[blockId];
    const files = filesIn(value);
    const state =
      value === undefined ? (before ?? initialState(element)) : newState(element, value);
    const error =
      files.length > 0 ? findFileProblem(element, files) : findProblem(element, state, isOptional);
    if (error !== undefined) {
      form.errors[blockId] = error;
    }
    form.values[blockId] = { ...form.values[blockId], [actionId]: state };
  }
  if (Object.keys(form.errors).length === 0) {
    storeFiles(slack, { form, fields, given, user });
  }
  return form;
}

interface Field {
  blockId: string;
  actionId: string;
  element: JsonObject;
  isOptional: boolean;
}

const STATEFUL = new Set([
  "checkboxes",
  "static_select",
  "plain_text_input",
  "url_text_input",
  "file_input",
]);

export function fieldsOf({ blocks }: View): Field[] {
  return blocks.flatMap((block) =>
    [...objectsIn([block["element"], block["accessory"]]), ...objectsIn(block["elements"])]
      .filter((element) => STATEFUL.has(String(element["type"])))
      .map((element) => ({
        blockId: String(block["block_id"]),
        actionId: String(element["action_id"]),
        element,
        isOptional: block["type"] !== "input" || block["optional"] === true,
      })),
  );
}

function initialState(element: JsonObject): JsonObject {
  const { type, initial_value: text, initial_options: options, initial_option: option } = element;
  if (type === "checkboxes") {
    return { type, selected_options: objectsIn(options) };
  }
  if (type === "static_select") {
    return { type, selected_option: isObject(option) ? option : null };
  }
  if (type === "file_input") {
    return { type, files: [] };
  }
  return { type, value: typeof text === "string" && text !== "" ? text : null };
}

function newState(element: JsonObject, value: FieldValue): JsonObject {
  const { type } = element;
  if (type === "file_input") {
    return { type, files: [] };
  }
  const words = [value ?? []].flat().filter((entry) => typeof entry === "string");
  if (type !== "checkboxes" && type !== "static_select") {
    const [text = ""] = words;
    return { type, value: text === "" ? null : text };
  }
  const options = words.map((word) => {
    const option = objectsIn(element["options"]).find(({ value: known }) => known === word);
    if (option === undefined) {
      throw new RangeError(`Cannot choose ${word}: there is no such option`);
    }
    return option;
  });
  return type === "checkboxes"
    ? { type, selected_options: options }
    : { type, selected_option: options[0] ?? null };
}

function findProblem(
  element: JsonObject,
  { type, value, selected_options: options, selected_option: option, files }: JsonObject,
  isOptional: boolean,
): string | undefined {
  const many = [options, files].find(Array.isArray);
  const isEmpty = many === undefined ? (value ?? option ?? null) === null : many.length === 0;
  if (isEmpty) {
    return isOptional ? undefined : "Please complete this required field.";
  }
  if (typeof value !== "string") {
    return undefined;
  }
  const max = numberAt(element, "max_length") ?? LIMITS.inputText;
  const min = numberAt(element, "min_length") ?? 0;
  if (value.length > max) {
    return `Please enter at most ${max} characters.`;
  }
  if (value.length < min) {
    return `Please enter at least ${min} characters.`;
  }
  if (type === "url_text_input" && !URL.canParse(value)) {
    return "Please enter a valid URL.";
  }
  return undefined;
}

function findFileProblem(element: JsonObject, files: readonly NewFile[]): string | undefined {
  const max = numberAt(element, "max_files") ?? LIMITS.inputFiles;
  if (files.length > max) {
    return `Please choose at most ${max} files.`;
  }
  if (files.some(({ bytes }) => bytes.length > LIMITS.inputFileBytes)) {
    return "Please choose files of at most 10 MB.";
  }
  const types: unknown = element["filetypes"];
  const isAllowed = ({ name }: NewFile) =>
    !Array.isArray(types) || types.includes(extname(name).slice(1).toLowerCase());
  return files.every(isAllowed) ? undefined : "Please choose files of an accepted type.";
}

function filesIn(value: FieldValue | undefined): NewFile[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry !== "string") : [];
}

/** Slack uploads the files of a `file_input` and sends the app their complete file objects. */
function storeFiles(
  slack: Slack,
  {
    form,
    fields,
    given,
    user,
  }: {
    form: FilledForm;
    fields: readonly Field[];
    given: Readonly<Record<string, FieldValue>>;
    user: User;
  },
): void {
  for (const { blockId, actionId, element } of fields) {
    const state = form.values[blockId]?.[actionId];
    const files = filesIn(given[blockId]);
    if (state === undefined || textAt(element, "type") !== "file_input" || files.length === 0) {
      continue;
    }
    state["files"] = files.map((file) => storeFile(slack, file, { user }).object);
  }
}
