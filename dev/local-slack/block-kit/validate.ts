import { isObject } from "../json.ts";
import { anyBlock } from "./blocks.ts";
import { plainText } from "./composition.ts";
import { LIMITS } from "./limits.ts";
import { byType, createScope, flag, list, object, type Scope, text } from "./schema.ts";

type Validation = Pick<Scope, "problems" | "images">;

export function validateMessageBlocks(blocks: unknown): Validation {
  const scope = createScope("message", false);
  const check = list(anyBlock, { min: 0, max: LIMITS.blocksPerMessage });
  check(blocks, { pointer: "/blocks", scope });
  return scope;
}

const view = byType({
  modal: object(
    {
      title: plainText(LIMITS.viewTitle),
      blocks: list(anyBlock, { min: 0, max: LIMITS.blocksPerView }),
    },
    {
      private_metadata: text({ min: 0, max: LIMITS.privateMetadata }),
      callback_id: text({ min: 0, max: LIMITS.id }),
      submit: plainText(LIMITS.viewTitle),
      close: plainText(LIMITS.viewTitle),
      clear_on_close: flag,
      notify_on_close: flag,
    },
  ),
});

/** docs.slack.dev/reference/views */
export function validateView(value: unknown): Validation {
  const scope = createScope("modal", isObject(value) && isObject(value["submit"]));
  view(value, { pointer: "/view", scope });
  return scope;
}

/** Counts the characters for `msg_blocks_too_long`: every text and alternative text, at any depth. */
export function countBlockText(value: unknown): number {
  if (Array.isArray(value)) {
    return value.reduce<number>((sum, one) => sum + countBlockText(one), 0);
  }
  if (!isObject(value)) {
    return 0;
  }
  return Object.entries(value).reduce((sum, [key, entry]) => {
    const counts = typeof entry === "string" && (key === "text" || key === "alt_text");
    return sum + (counts ? entry.length : countBlockText(entry));
  }, 0);
}
