import { randomBytes } from "node:crypto";
import { isObject, type JsonObject, objectsIn } from "../json.ts";

/** Slack adds missing ids to accepted blocks, and the defaults of `emoji` and `verbatim`. */
export function normalizeBlocks(blocks: unknown): JsonObject[] {
  return objectsIn(blocks).map((block) => {
    const normalized = withDefaults(block);
    normalized["block_id"] ??= newId();
    return normalized;
  });
}

const INTERACTIVE = new Set([
  "button",
  "checkboxes",
  "static_select",
  "plain_text_input",
  "url_text_input",
  "file_input",
]);

function withDefaults(value: JsonObject): JsonObject {
  const copy: JsonObject = {};
  for (const [key, entry] of Object.entries(value)) {
    copy[key] = deep(entry);
  }
  if (copy["type"] === "plain_text") {
    copy["emoji"] ??= true;
  }
  if (copy["type"] === "mrkdwn") {
    copy["verbatim"] ??= false;
  }
  if (typeof copy["type"] === "string" && INTERACTIVE.has(copy["type"])) {
    copy["action_id"] ??= newId();
  }
  return copy;
}

function deep(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(deep);
  }
  return isObject(value) ? withDefaults(value) : value;
}

function newId(): string {
  return randomBytes(4).toString("base64url").slice(0, 5);
}
