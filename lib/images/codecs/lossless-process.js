// @ts-check
/** Plain JavaScript, because the build compiles imports only, and a process is named by its file. */
import { compressJpeg, losslessCompressPng, PngRowFilter } from "@napi-rs/image";

/** @import { LosslessJob, LosslessReply } from "./lossless-recoder.ts" */

/**
 * Compresses nearly as well as oxipng's default filters, in half the time. oxipng strips all chunks but those of
 * the pixels; splicePng() puts the source's own back.
 */
const FILTERS = [PngRowFilter.None, PngRowFilter.Average, PngRowFilter.Paeth];

process.once("message", (/** @type {LosslessJob} */ job) => void answer(job));

/** @param {LosslessJob} job */
async function answer(job) {
  process.send?.(await reply(job), () => process.exit());
}

/** @param {LosslessJob} job @returns {Promise<LosslessReply>} */
async function reply(job) {
  try {
    return { outcome: "recoded", bytes: new Uint8Array(await recode(job)) };
  } catch (error) {
    return { outcome: "failed", reason: error instanceof Error ? error.message : "unknown" };
  }
}

/** @param {LosslessJob} job */
function recode({ bytes, type, reductions }) {
  return type === "jpg"
    ? compressJpeg(bytes, { quality: 100 })
    : losslessCompressPng(bytes, { strip: true, filter: FILTERS, ...reductions });
}
