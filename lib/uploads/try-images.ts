import type { WorkPorts } from "../ports.ts";
import type { RecordImage } from "../records/record.ts";
import { createStub, type SlackFile } from "../slack/file.ts";
import { toFirstAlt } from "../tag/alt-text.ts";
import { toError } from "../to-error.ts";
import { type FileSource, type ResolvedFile, resolveFile } from "./resolve-file.ts";
import { failedImage, storeImage } from "./store-image.ts";

/** `unknown`: the file cannot be judged now, which says nothing about the image. */
type ResolvedImage = ResolvedFile | { outcome: "unknown"; problem: Error };
/** By file id. */
export type ResolvedImages = ReadonlyMap<string, ResolvedImage>;

/** An image after one attempt; unchanged if there was a problem. */
export interface TriedImage {
  outcome: RecordImage;
  problem?: Error | undefined;
}

/** Asks Slack for details that it has not given of these images. */
export async function resolveImages(
  work: WorkPorts,
  images: readonly RecordImage[],
  { files, ...options }: ResolveImagesOptions,
): Promise<ResolvedImages> {
  const resolve = async ({ fileId, requestedBy }: RecordImage) => {
    const file = files.get(fileId) ?? createStub(fileId);
    const isAskedFor = requestedBy.length > 0;
    try {
      return await resolveFile(work, file, { ...options, isAskedFor });
    } catch (error) {
      return { outcome: "unknown", problem: toError(error) } as const;
    }
  };
  const resolved = await Promise.all(
    images.map(async (image) => [image.fileId, await resolve(image)] as const),
  );
  return new Map(resolved);
}

export interface ResolveImagesOptions extends FileSource {
  /** Files that Slack has already described, by id. */
  files: ReadonlyMap<string, SlackFile>;
}

/** Runs in parallel, as far as there is room for the bytes. */
export function tryImages(
  work: WorkPorts,
  images: readonly RecordImage[],
  { resolved, ...options }: TryOptions,
): Promise<TriedImage[]> {
  return Promise.all(
    images.map((image) =>
      tryImage(work, image, { ...options, resolved: resolved.get(image.fileId) }),
    ),
  );
}

export interface TryOptions extends FileSource {
  resolved: ResolvedImages;
}

/** Leaves an image pending if its upload cannot begin in time, or if it cannot be judged now. */
async function tryImage(
  work: WorkPorts,
  image: RecordImage,
  { resolved, ...options }: FileSource & { resolved: ResolvedImage | undefined },
): Promise<TriedImage> {
  switch (resolved?.outcome) {
    case "image":
      return storeFile(work, resolved.file, { ...options, image });
    case "failed":
      return { outcome: failedImage(image, resolved) };
    case "unknown":
    case "untold":
      return { outcome: image, problem: resolved.problem };
    case "ignored":
    case undefined:
      return { outcome: image };
  }
}

async function storeFile(
  work: WorkPorts,
  file: SlackFile,
  { image, ...options }: FileSource & { image: RecordImage },
): Promise<TriedImage> {
  const startMs = work.clock.now();
  const { alt = toFirstAlt(file.altText) } = image;
  const named = { ...image, name: file.hasName ? file.name : image.name, alt };
  try {
    const outcome = await storeImage(work, file, { ...options, image: named });
    if (outcome.state === "uploaded") {
      const { key, bytes, removed } = outcome;
      const durationMs = work.clock.now() - startMs;
      work.logger.info("upload.stored", { file: file.id, key, bytes, removed, durationMs });
    }
    return { outcome: outcome.state === "pending" ? image : outcome };
  } catch (error) {
    return { outcome: image, problem: toError(error) };
  }
}
