export interface ImageSize {
  width: number;
  height: number;
}

/** Reads the size from the header of a PNG, GIF, JPEG or WebP, for `original_w` and the thumbnails. */
export function readImageSize(bytes: Buffer): (ImageSize & { mimetype: string }) | undefined {
  for (const read of [png, gif, jpeg, webp]) {
    const found = read(bytes);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

type Read = ReturnType<typeof readImageSize>;

function png(bytes: Buffer): Read {
  if (bytes.length < 24 || bytes.toString("latin1", 1, 4) !== "PNG") {
    return undefined;
  }
  return { mimetype: "image/png", width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

function gif(bytes: Buffer): Read {
  if (bytes.length < 10 || !bytes.toString("latin1", 0, 6).startsWith("GIF8")) {
    return undefined;
  }
  return { mimetype: "image/gif", width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
}

/** The first start-of-frame segment has the size: C0–CF without C4, C8 and CC (ITU T.81, table B.1). */
function jpeg(bytes: Buffer): Read {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) {
    return undefined;
  }
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      return {
        mimetype: "image/jpeg",
        width: bytes.readUInt16BE(at + 7),
        height: bytes.readUInt16BE(at + 5),
      };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

function webp(bytes: Buffer): Read {
  if (bytes.length < 30 || bytes.toString("latin1", 8, 12) !== "WEBP") {
    return undefined;
  }
  const mimetype = "image/webp";
  const format = bytes.toString("latin1", 12, 16);
  if (format === "VP8X") {
    return { mimetype, width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  }
  if (format === "VP8 ") {
    return {
      mimetype,
      width: bytes.readUInt16LE(26) & 0x3fff,
      height: bytes.readUInt16LE(28) & 0x3fff,
    };
  }
  const bits = bytes.readUInt32LE(21);
  return { mimetype, width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
}
