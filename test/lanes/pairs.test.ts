import { describe, expect, it } from "vitest";
import {
  openEdit,
  openShortcut,
  post,
  type Posted,
  pressAtOnce,
  submitAtOnce,
  upload,
} from "../helpers/person.ts";
import type { TestStack } from "../helpers/stack.ts";
import {
  expectInLine,
  FILES,
  onlyRecord,
  startIntentStack,
  statusOf,
  sweepUntilDone,
} from "../faults/intents.ts";
import { startWired, type WiredInstance } from "../faults/own-wire.ts";

type Status = number | undefined;

/** Two wishes about one message. Each is served by an instance that may die. */
interface Pair {
  prepare: (stack: TestStack) => Promise<Posted>;
  first: Wish;
  second: Wish;
}

interface Wish {
  act: (stack: TestStack, posted: Posted, instance: WiredInstance) => Promise<Status>;
  /** The promise of a 200. */
  expectKept: (images: ReturnType<typeof onlyRecord>["images"]) => void;
}

const JANE_EDITS: Wish = {
  act: (stack) => statusOf(submitAtOnce(stack, { alt: "A harbour" })),
  expectKept: ([, second]) => expect(second?.alt).toBe("A harbour"),
};
const MINHO_EDITS: Wish = {
  act: (stack) => statusOf(submitAtOnce(stack, { link: "https://example.com/" }, "minho")),
  expectKept: ([first]) => expect(first?.link).toBe("https://example.com/"),
};
const deletes = (index: number, user = "jane"): Wish => ({
  act: (stack, posted) =>
    statusOf(
      pressAtOnce(stack, posted, { action: "delete_image", fileId: posted.fileIds[index], user }),
    ),
  expectKept: (images) => expect(images[index]?.state).toBe("deleted"),
});
const RETRIES: Wish = {
  act: (stack, posted) => statusOf(pressAtOnce(stack, posted, { action: "retry_upload" })),
  expectKept: (images) => expect(images[2]?.state).toBe("uploaded"),
};
const DELIVERED: Wish = {
  act: async (stack, { channel, ts }, instance) => {
    const envelope = instance.localize(stack.slack.envelopeOf(channel, ts));
    return (await stack.send(envelope, { app: instance.app })).status;
  },
  expectKept: (images) =>
    expect(images.map(({ state }) => state)).toEqual(["uploaded", "uploaded", "uploaded"]),
};

const PAIRS: Readonly<Record<string, Pair>> = {
  "an upload and an edit by shortcut": {
    async prepare(stack) {
      const posted = post(stack, { files: FILES });
      await openShortcut(stack, posted, "minho");
      return posted;
    },
    first: DELIVERED,
    second: MINHO_EDITS,
  },
  "an upload delivered twice": {
    prepare: async (stack) => post(stack, { files: FILES }),
    first: DELIVERED,
    second: DELIVERED,
  },
  "two edits": {
    async prepare(stack) {
      const posted = await upload(stack, { files: FILES });
      await openEdit(stack, posted, { fileId: posted.fileIds[1] });
      await openEdit(stack, posted, { fileId: posted.fileIds[0], user: "minho" });
      return posted;
    },
    first: JANE_EDITS,
    second: MINHO_EDITS,
  },
  "an edit and a deletion": {
    async prepare(stack) {
      const posted = await upload(stack, { files: FILES });
      await openEdit(stack, posted, { fileId: posted.fileIds[1] });
      return posted;
    },
    first: JANE_EDITS,
    second: deletes(0, "minho"),
  },
  "two deletions": {
    prepare: (stack) => upload(stack, { files: FILES }),
    first: deletes(0),
    second: deletes(1, "minho"),
  },
  "a retry and a deletion": {
    async prepare(stack) {
      stack.s3.fault({ on: "PUT", kind: "forbidden", key: /\.gif$/u, times: 1 });
      return upload(stack, { files: FILES });
    },
    first: RETRIES,
    second: deletes(0, "minho"),
  },
};

/** When the first and the second instance die: never, and at a spread of their requests. */
const MOMENTS = [
  [undefined, undefined],
  ...Array.from({ length: 14 }, (_, index) => [index, (index * 5 + 2) % 12] as const),
  ...Array.from({ length: 8 }, (_, index) => [(index * 3 + 1) % 12, undefined] as const),
  ...Array.from({ length: 8 }, (_, index) => [undefined, index] as const),
] as const;

describe.each(Object.entries(PAIRS))("both promises are kept: %s", (_, pair) => {
  it.each([false, true])(
    "whichever instance dies, and whenever (the last request is carried out: %s)",
    async (isLastCarriedOut) => {
      for (const [firstAt, secondAt] of MOMENTS) {
        const deaths = [
          { dieAt: firstAt, isLastCarriedOut },
          { dieAt: secondAt, isLastCarriedOut },
        ] as const;
        await expect(run(pair, deaths)).resolves.toBeUndefined();
      }
    },
  );
});

async function run(pair: Pair, [one, other]: readonly [Death, Death]): Promise<void> {
  await using stack = await startIntentStack();
  const posted = await pair.prepare(stack);
  await using first = await startWired(stack, definedOf(one));
  await using second = await startWired(stack, definedOf(other));
  stack.serveFrom(first.app, second.app);
  const statuses = await Promise.all([
    pair.first.act(stack, posted, first),
    pair.second.act(stack, posted, second),
  ]);
  await stack.drain();
  await sweepUntilDone(stack);
  try {
    const { images } = onlyRecord(stack);
    for (const [index, { expectKept }] of [pair.first, pair.second].entries()) {
      if (statuses[index] === 200) {
        expectKept(images);
      }
    }
    expectInLine(stack);
  } catch (cause) {
    const deaths = JSON.stringify([one.dieAt, other.dieAt]);
    throw new Error(`another end state after ${statuses.join()} and deaths at ${deaths}`, {
      cause,
    });
  }
}

interface Death {
  dieAt: number | undefined;
  isLastCarriedOut: boolean;
}

function definedOf({ dieAt, isLastCarriedOut }: Death) {
  return { ...(dieAt !== undefined && { dieAt }), isLastCarriedOut };
}
