// @ts-check
/** Plain JavaScript, because the build compiles imports only, and a worker is named by its URL. */
import { parentPort, workerData } from "node:worker_threads";
import createLibheif from "libheif-js/libheif-wasm/libheif-bundle.js";

/** @import { DecodedImage, HeifError, Pointer } from "libheif-js/libheif-wasm/libheif-bundle.js" */
/** @import { HeicJob, HeicReply } from "./convert-heic.ts" */

const WASM_PAGE_BYTES = 64 * 1024;

/** An error in libheif's memory holds a code, a subcode and a message. */
const HEIF_ERROR_WORDS = 3;
const WORD_BYTES = 4;

/** @type {HeicJob} */
const { heic, maxPixels, maxMemoryBytes, code } = workerData;
limitMemory(maxMemoryBytes);
/** Compiled once per process: it goes back to the main thread, which hands it to the next worker. */
let compiled = code;
const libheif = createLibheif({
  instantiateWasm(imports, receive) {
    compiled ??= new WebAssembly.Module(this.wasmBinary);
    return receive(new WebAssembly.Instance(compiled, imports));
  },
});
const reply = decode(heic, maxPixels);
parentPort?.postMessage(
  { ...reply, code: compiled },
  reply.outcome === "decoded" ? [reply.pixels.buffer] : [],
);

/**
 * Limits the memory, because a file can ask for any amount. libheif gives up if it cannot grow.
 * @param {number} maxBytes
 */
function limitMemory(maxBytes) {
  const { prototype } = WebAssembly.Memory;
  const { grow } = prototype;
  // @this {WebAssembly.Memory} @param {number} pages
  prototype.grow = function growWithinLimit(pages) {
    if (this.buffer.byteLength + pages * WASM_PAGE_BYTES > maxBytes) {
      throw new RangeError("Cannot allocate more memory for one image");
    }
    return grow.call(this, pages);
  };
}

/**
 * Frees nothing, because the worker ends with its image.
 * @param {Uint8Array} bytes
 * @param {number} limit
 * @returns {HeicReply}
 */
function decode(bytes, limit) {
  const context = libheif.heif_context_alloc();
  expectDone(libheif.heif_context_read_from_memory(context, bytes));
  const handle = expectDone(libheif.heif_context_get_primary_image_handle(context));
  const width = libheif.heif_image_handle_get_width(handle);
  const height = libheif.heif_image_handle_get_height(handle);
  if (width * height > limit) {
    return { outcome: "too_many_pixels", width, height };
  }
  return { outcome: "decoded", width, height, pixels: pixelsOf(handle, { width, height }) };
}

/**
 * Returns RGB, with transparent pixels on white.
 * @param {Pointer} handle
 * @param {{ width: number, height: number }} size
 */
function pixelsOf(handle, { width, height }) {
  const hasAlpha = libheif.heif_image_handle_has_alpha_channel(handle) !== 0;
  const { heif_chroma_interleaved_RGB, heif_chroma_interleaved_RGBA } = libheif.heif_chroma;
  const decoded = expectDone(
    libheif.heif_js_decode_image2(
      handle,
      libheif.heif_colorspace.heif_colorspace_RGB,
      hasAlpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB,
    ),
  );
  expectWhole(decoded);
  const [channel] = decoded.channels;
  if (channel === undefined) {
    throw new Error("the image has no pixels");
  }
  const { data, stride } = channel;
  const rowBytes = width * (hasAlpha ? 4 : 3);
  const pixels = new Uint8Array(rowBytes * height);
  for (let row = 0; row < height; row += 1) {
    pixels.set(data.subarray(row * stride, row * stride + rowBytes), row * rowBytes);
  }
  if (!hasAlpha) {
    return pixels;
  }
  const isPremultiplied = libheif.heif_image_handle_is_premultiplied_alpha(handle) !== 0;
  return onWhite(pixels, isPremultiplied);
}

/**
 * @param {Uint8Array} rgba
 * @param {boolean} isPremultiplied
 */
function onWhite(rgba, isPremultiplied) {
  const rgb = new Uint8ClampedArray((rgba.length / 4) * 3);
  let at = 0;
  for (let from = 0; from < rgba.length; from += 4) {
    const alpha = rgba[from + 3] ?? 0;
    const share = isPremultiplied ? 1 : alpha / 255;
    for (let channel = from; channel < from + 3; channel += 1) {
      rgb[at] = (rgba[channel] ?? 0) * share + 255 - alpha;
      at += 1;
    }
  }
  return new Uint8Array(rgb.buffer);
}

/**
 * Throws if libheif left out parts that it cannot decode, which it reports as warnings. A mismatch between the
 * colour numbers of the file and of the HEVC stream is harmless, because those of the file count.
 * @param {DecodedImage} decoded
 */
function expectWhole({ image: { $$: image } }) {
  const count = libheif._heif_image_get_decoding_warnings(image.ptr, 0, 0, 0);
  const errors = libheif._malloc(count * HEIF_ERROR_WORDS * WORD_BYTES);
  libheif._heif_image_get_decoding_warnings(image.ptr, 0, errors, count);
  const harmless = libheif.heif_suberror_code.heif_suberror_NCLX_colr_VUI_mismatch.value;
  for (let index = 0; index < count; index += 1) {
    const subcode = libheif.HEAP32[errors / WORD_BYTES + index * HEIF_ERROR_WORDS + 1];
    if (subcode !== harmless) {
      throw new Error(`a part of the image is broken (${subcode})`);
    }
  }
}

/**
 * @template {object} Result
 * @param {Result | HeifError} result
 * @returns {Result}
 */
function expectDone(result) {
  if (isError(result)) {
    throw new Error(result.message);
  }
  return result;
}

/**
 * @param {object} result
 * @returns {result is HeifError}
 */
function isError(result) {
  return "code" in result && result.code !== libheif.heif_error_code.heif_error_Ok;
}
