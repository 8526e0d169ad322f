import type { Scope } from "../block-kit/schema.ts";
import { isObject, textAt } from "../json.ts";
import type { Slack } from "../state/slack.ts";
import { isVisibleToBot } from "./file-store.ts";
import { readImageSize } from "./image-size.ts";

/**
 * Slack fetches every image before it posts a message, and refuses the message if one fails
 * (slackapi/python-slack-sdk#1782, node-slack-sdk#1693). WebP and AVIF fail too (node-slack-sdk#1482).
 * The local Slack fetches only from this machine; every other address fails.
 */
export async function findUnusableImages(slack: Slack, images: Scope["images"]): Promise<string[]> {
  const checked = await Promise.all(
    images.map(async ({ kind, image, pointer }) => {
      const problem =
        kind === "slack_file" ? checkFile(slack, image) : await checkUrl(slack, image);
      return problem === undefined ? [] : [`${problem} [json-pointer:${pointer}]`];
    }),
  );
  return checked.flat();
}

const SHOWN_TYPES = new Set(["image/png", "image/jpeg", "image/gif"]);
const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

function checkFile(slack: Slack, reference: unknown): string | undefined {
  if (!isObject(reference)) {
    return "invalid slack file";
  }
  const id = textAt(reference, "id");
  const url = textAt(reference, "url");
  const file = [...slack.state.files.values()].find(
    (one) =>
      one.id === id ||
      (url !== undefined && [one.object["url_private"], one.object["permalink"]].includes(url)),
  );
  const isUsable =
    file !== undefined &&
    !file.isDeleted &&
    isVisibleToBot(slack, file) &&
    SHOWN_TYPES.has(String(file.object["mimetype"]));
  return isUsable ? undefined : "invalid slack file";
}

async function checkUrl(slack: Slack, image: unknown): Promise<string | undefined> {
  if (typeof image !== "string" || !URL.canParse(image)) {
    return "invalid image url";
  }
  const failed = "downloading image failed";
  if (!LOOPBACK.has(new URL(image).hostname)) {
    return failed;
  }
  try {
    const response = await fetch(image, { signal: slack.closing });
    const size = readImageSize(Buffer.from(await response.arrayBuffer()));
    return response.ok && size !== undefined && SHOWN_TYPES.has(size.mimetype) ? undefined : failed;
  } catch {
    return failed;
  }
}
