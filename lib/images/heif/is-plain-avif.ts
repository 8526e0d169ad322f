import { asciiAt, viewOf } from "../bytes.ts";
import { readAvifBoxes } from "./avif-boxes.ts";
import { type Box, filledBoxes } from "./boxes.ts";

// ITU-T H.273: BT.709 or unspecified; transfers that Chromium draws as it draws sRGB.
const SDR_PRIMARIES = new Set([1, 2]);
const SDR_TRANSFERS = new Set([1, 2, 6, 13]);

// AV1 in ISO base media, 2.3.3: the second and third byte of `av1C`.
const PROFILE = 0xe000;
const PROFESSIONAL = 0x4000;
const HIGH_BIT_DEPTH = 0x0040;
const MONOCHROME = 0x0010;

/**
 * libheif takes grey, of which transparency is made too, for darker or lighter than it is. Early files of the Professional
 * profile (4:2:2, 12 bits) describe themselves wrongly, and Chromium draws nothing.
 */
export function isPlainAvif(bytes: Uint8Array): boolean {
  const list = readAvifBoxes(bytes).file.get("ipco");
  const properties = list ? [...filledBoxes(bytes, list.start, list.end)] : [];
  const view = viewOf(bytes);
  const codings = properties.filter(({ type }) => type === "av1C");
  const flags = codings.map(({ start }) => view.getUint16(start + 1));
  if (flags.some((bits) => bits & MONOCHROME || (bits & PROFILE) === PROFESSIONAL)) return false;
  const colours = properties.filter(({ type }) => type === "colr");
  // Without a `colr` the coded image says it, which is HDR at 10 or 12 bits only.
  if (colours.length === 0) return flags.every((bits) => (bits & HIGH_BIT_DEPTH) === 0);
  return colours.every((colour) => isSdr(bytes, colour));
}

function isSdr(bytes: Uint8Array, { start }: Box): boolean {
  const view = viewOf(bytes);
  return (
    asciiAt(bytes, start) !== "nclx" ||
    (SDR_PRIMARIES.has(view.getUint16(start + 4)) && SDR_TRANSFERS.has(view.getUint16(start + 6)))
  );
}
