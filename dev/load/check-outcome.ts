import { createHash } from "node:crypto";
import type { LocalS3 } from "../local-s3/server.ts";
import { type JsonObject, objectsIn, textAt } from "../local-slack/json.ts";
import type { LocalSlack } from "../local-slack/server.ts";
import type { LoadImage } from "./make-image.ts";

export interface LoadMessage {
  channel: string;
  ts: string;
  images: readonly LoadImage[];
}

export interface Outcome {
  /** The number stored exactly once, with the right bytes and content type. */
  images: number;
  /** The number of threads with exactly one reply, with the right tags. */
  replies: number;
  /** One sentence for each image or reply that is lost, doubled or wrong. */
  problems: string[];
}

/** Compares the posted messages with the bucket and the threads. */
export function checkOutcome(
  { slack, s3 }: { slack: LocalSlack; s3: LocalS3 },
  messages: readonly LoadMessage[],
): Outcome {
  const outcome: Outcome = { images: 0, replies: 0, problems: [] };
  const stored = groupByHash(s3.objects("images/"));
  const known = new Set<string>();
  for (const { channel, ts, images } of messages) {
    const tags: string[] = [];
    for (const image of images) {
      const hash = hashOf(image.bytes);
      known.add(hash);
      const [object, ...others] = stored.get(hash) ?? [];
      if (object === undefined || others.length > 0) {
        const times = object === undefined ? "not" : `${others.length + 1} times`;
        outcome.problems.push(`${image.name} of message ${ts} is ${times} stored`);
      } else if (object.contentType === image.mediaType) {
        outcome.images += 1;
        tags.push(renderExpectedTag(`${s3.publicBaseUrl}/${object.key}`, image));
      } else {
        outcome.problems.push(`${image.name} is served as ${object.contentType}`);
      }
    }
    const replies = slack.thread(channel, ts).filter(({ bot_id }) => bot_id !== undefined);
    const shown = replies.flatMap(({ blocks = [] }) => tagsIn(blocks));
    if (replies.length === 1 && shown.join("\n") === tags.join("\n") && shown.length > 0) {
      outcome.replies += 1;
    } else {
      const texts = replies.map(({ text }) => text).join(" | ");
      outcome.problems.push(`message ${ts} has ${replies.length} replies: ${texts}`);
    }
  }
  const open = s3.objects("state/open/").map(({ key }) => `this promise is not kept: ${key}`);
  outcome.problems.push(...open);
  const strays = [...stored.keys()].filter((hash) => !known.has(hash));
  outcome.problems.push(...strays.map((hash) => `nobody posted the object with the hash ${hash}`));
  return outcome;
}

/** Node 20.19 has no `Map.groupBy`. */
function groupByHash<Stored extends { body: Uint8Array }>(objects: readonly Stored[]) {
  const groups = new Map<string, Stored[]>();
  for (const object of objects) {
    const hash = hashOf(object.body);
    groups.set(hash, [...(groups.get(hash) ?? []), object]);
  }
  return groups;
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function renderExpectedTag(url: string, { width, height }: LoadImage): string {
  return `<img src="${url}" alt="" width="${width}" height="${height}">`;
}

function tagsIn(blocks: readonly JsonObject[]): string[] {
  return blocks
    .flatMap((block) => objectsIn(block["elements"]))
    .filter((element) => textAt(element, "type") === "rich_text_preformatted")
    .map((snippet) =>
      objectsIn(snippet["elements"])
        .map((element) => textAt(element, "text") ?? "")
        .join(""),
    );
}
