import { LIMITS } from "../block-kit/limits.ts";
import { normalizeBlocks } from "../block-kit/normalize.ts";
import { countBlockText, validateMessageBlocks } from "../block-kit/validate.ts";
import { findUnusableImages } from "../files/image-check.ts";
import { isObject, type JsonObject, objectsIn, textAt } from "../json.ts";
import { Refusal, refuseWith } from "../refusal.ts";
import type { Message } from "../state/message-store.ts";
import type { Slack } from "../state/slack.ts";

/** The parts of a message that its author chooses. Parts that were not given are missing. */
export type MessageContent = Partial<Pick<Message, "text" | "blocks" | "attachments" | "metadata">>;

/** Throws the errors that `chat.postMessage`, `chat.update` and `chat.postEphemeral` have in common. */
export async function readContent(slack: Slack, args: JsonObject): Promise<MessageContent> {
  const text = textAt(args, "text");
  const blocks =
    "blocks" in args && args["blocks"] !== "" ? await readBlocks(slack, args) : undefined;
  const attachments = "attachments" in args ? objectsIn(args["attachments"]) : undefined;
  const metadata = "metadata" in args ? readMetadata(args["metadata"]) : undefined;
  const isEmpty = (text ?? "").trim() === "" && !blocks?.length && !attachments?.length;
  if (isEmpty) {
    throw new Refusal("no_text");
  }
  return {
    ...(text === undefined ? {} : { text: escapeAmpersands(text) }),
    ...(blocks === undefined ? {} : { blocks }),
    ...(attachments === undefined ? {} : { attachments }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** Slack stores `&` as an entity, and keeps entities and control sequences (`<https://…|…>`) as they are. */
function escapeAmpersands(text: string): string {
  return text.replaceAll(/&(?!(?:amp|lt|gt);)/g, "&amp;");
}

async function readBlocks(slack: Slack, args: JsonObject): Promise<JsonObject[]> {
  const blocks = args["blocks"];
  if (!Array.isArray(blocks) || !blocks.every(isObject)) {
    throw new Refusal("invalid_blocks_format");
  }
  const { problems, images } = validateMessageBlocks(blocks);
  if (problems.length > 0) {
    throw refuseWith("invalid_blocks", problems);
  }
  if (countBlockText(blocks) > LIMITS.blockTextPerMessage) {
    throw new Refusal("msg_blocks_too_long");
  }
  const unusable = await findUnusableImages(slack, images);
  if (unusable.length > 0) {
    throw refuseWith("invalid_blocks", unusable);
  }
  return normalizeBlocks(blocks);
}

/**
 * Metadata is `{ event_type, event_payload }` with a flat payload. An empty object is valid: `chat.update` removes the
 * metadata then. docs.slack.dev/messaging/message-metadata
 */
function readMetadata(value: unknown): NonNullable<Message["metadata"]> | undefined {
  if (!isObject(value)) {
    throw new Refusal("invalid_metadata_format");
  }
  if (Object.keys(value).length === 0) {
    return undefined;
  }
  const { event_type: type, event_payload: payload, ...rest } = value;
  const isFlat = isObject(payload) && Object.values(payload).every(isScalar);
  if (typeof type !== "string" || type === "" || !isFlat || Object.keys(rest).length > 0) {
    throw new Refusal("invalid_metadata_format");
  }
  if (JSON.stringify(value).length > LIMITS.metadata) {
    throw new Refusal("metadata_too_large");
  }
  return { event_type: type, event_payload: payload };
}

function isScalar(value: unknown): boolean {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
