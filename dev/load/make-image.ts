import { crc32, deflateSync } from "node:zlib";

/** A unique image: its first pixel is its number. The sizes repeat only after 200 numbers or more. */
export interface LoadImage {
  name: string;
  bytes: Buffer;
  mediaType: string;
  width: number;
  height: number;
}

export function makeImage(number: number): LoadImage {
  return number % 3 === 2 ? makeGif(number) : makePng(number);
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const TRUECOLOUR = [8, 2, 0, 0, 0];

function makePng(number: number): LoadImage {
  const { width, height } = sizeOf(number);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const pixels = Buffer.alloc((1 + 3 * width) * height);
  pixels.writeUIntBE(number, 1, 3);
  const bytes = Buffer.concat([
    SIGNATURE,
    chunk("IHDR", Buffer.concat([header, Buffer.from(TRUECOLOUR)])),
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return { name: `image ${number}.png`, bytes, mediaType: "image/png", width, height };
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** Encodes the number in the GIF's only colour. */
function makeGif(number: number): LoadImage {
  const { width, height } = sizeOf(number);
  const side = (length: number) => [length & 0xff, length >> 8];
  const palette = [number & 0xff, (number >> 8) & 0xff, number >> 16, 0, 0, 0];
  const size = [...side(width), ...side(height)];
  const bytes = Buffer.concat([
    Buffer.from("GIF89a", "latin1"),
    Buffer.from([...size, 0x80, 0, 0, ...palette]),
    Buffer.from([0x2c, 0, 0, 0, 0, ...size, 0]),
    Buffer.from([2, 2, 0x4c, 0x01, 0, 0x3b]),
  ]);
  return { name: `image ${number}.gif`, bytes, mediaType: "image/gif", width, height };
}

function sizeOf(number: number): { width: number; height: number } {
  return { width: 24 + (number % 20), height: 16 + (Math.floor(number / 20) % 10) };
}
