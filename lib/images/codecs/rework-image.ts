import { FORMATS } from "../formats.ts";
import { isAnimated } from "../is-animated.ts";
import type { OptimizeMode } from "../optimize-modes.ts";
import { encodeAsWebp, encodeScaled } from "./encode-image.ts";
import { type CodecLimits, type OpenImage, type SourceImage, openImage } from "./open-image.ts";
import { recodeLosslessly } from "./recode-losslessly.ts";

export type { CodecLimits, SourceImage } from "./open-image.ts";

export interface ReworkOptions {
  optimize: OptimizeMode;
  /** In pixels; `undefined` keeps the size. */
  maxWidth: number | undefined;
}

/**
 * Makes the image to publish instead: upright, with ICC profile and credit but no other metadata.
 * `undefined`: the source stays, because it is animated, nothing is gained, or browsers might
 * show the result differently. Throws if a codec fails. Processing takes up to a gigabyte per image,
 * so callers must process one at a time.
 */
export async function reworkImage(
  source: SourceImage,
  { optimize, maxWidth = Number.POSITIVE_INFINITY }: ReworkOptions,
  limits: CodecLimits,
): Promise<SourceImage | undefined> {
  if (isAnimated(source.bytes, source.facts.type)) {
    return undefined;
  }
  const isScaled = source.facts.width > maxWidth;
  const toWebp = optimize === "webp" && FORMATS[source.facts.type].isWorthConverting;
  const encoded =
    isScaled || toWebp ? await reencode(source, { toWebp, isScaled, maxWidth, limits }) : undefined;
  if (optimize !== "lossless") {
    return encoded;
  }
  return (await recodeLosslessly(encoded ?? source, limits)) ?? encoded;
}

/** Images as opened for one variant, so that the next one need not examine them again. */
export type OpenImages = WeakMap<SourceImage, Promise<OpenImage | undefined>>;

/** Makes a WebP of quality 82, upright, with the credit, at most `width` pixels wide. Throws if it cannot. */
export async function makeVariant(
  source: SourceImage,
  width: number,
  { opened = new WeakMap(), ...limits }: CodecLimits & { opened?: OpenImages },
): Promise<SourceImage> {
  const opening = opened.get(source) ?? openStill(source, limits);
  opened.set(source, opening);
  const image = await opening;
  const variant = image && (await encodeAsWebp(image, source, width));
  if (variant === undefined) {
    throw new Error(`Cannot make a WebP of a ${source.facts.type}: it might not look the same`);
  }
  return variant;
}

async function openStill(source: SourceImage, limits: CodecLimits): Promise<OpenImage | undefined> {
  return isAnimated(source.bytes, source.facts.type) ? undefined : openImage(source, limits);
}

interface Reencoding {
  toWebp: boolean;
  isScaled: boolean;
  maxWidth: number;
  limits: CodecLimits;
}

async function reencode(
  source: SourceImage,
  { toWebp, isScaled, maxWidth, limits }: Reencoding,
): Promise<SourceImage | undefined> {
  const image = await openImage(source, limits);
  if (image === undefined) {
    return undefined;
  }
  const webp = toWebp ? await encodeAsWebp(image, source, maxWidth) : undefined;
  if (isScaled) {
    return webp ?? encodeScaled(image, source, maxWidth);
  }
  return webp && webp.bytes.length < source.bytes.length ? webp : undefined;
}
