// @ts-nocheck libheif-js publishes no types.
/** Decodes a HEIC by the library's own interface, as its README shows it. Plain JavaScript, because it runs in a worker. */
import { parentPort, workerData } from "node:worker_threads";
import libheif from "libheif-js/wasm-bundle.js";

const [image] = new libheif.HeifDecoder().decode(workerData);
const [width, height] = [image.get_width(), image.get_height()];
const target = { data: new Uint8ClampedArray(width * height * 4), width, height };
image.display(target, ({ data }) => {
  const pixels = new Uint8Array(data.buffer);
  parentPort.postMessage({ width, height, pixels }, [pixels.buffer]);
});
