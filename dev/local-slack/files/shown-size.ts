import { type ImageSize, readImageSize } from "./image-size.ts";

/** Width and height as a browser shows the image: a photo may be stored on its side. */
export function readShownSize(bytes: Buffer): ImageSize | undefined {
  const size = readImageSize(bytes);
  if (size === undefined) {
    return undefined;
  }
  const { width, height, mimetype } = size;
  return mimetype === "image/jpeg" && isOnItsSide(bytes)
    ? { width: height, height: width }
    : { width, height };
}

/** Exif 3.0, 4.6.5.1.6: orientations 5 to 8 swap width and height. */
function isOnItsSide(bytes: Buffer): boolean {
  const at = bytes.indexOf("Exif\0\0", 2, "latin1") + 6;
  const tiff = bytes.subarray(at);
  if (at < 6 || at > MAX_OFFSET || tiff.length < 14) {
    return false;
  }
  const isLittle = tiff.toString("latin1", 0, 2) === "II";
  const read16 = (offset: number) =>
    isLittle ? tiff.readUInt16LE(offset) : tiff.readUInt16BE(offset);
  const start = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  const count = start + 2 <= tiff.length ? read16(start) : 0;
  for (let entry = 0; entry < count; entry += 1) {
    const offset = start + 2 + entry * 12;
    if (offset + 12 > tiff.length) {
      return false;
    }
    if (read16(offset) === ORIENTATION) {
      return read16(offset + 8) >= 5;
    }
  }
  return false;
}

const ORIENTATION = 0x0112;
/** After the first segments there is only image data. */
const MAX_OFFSET = 65_536;
