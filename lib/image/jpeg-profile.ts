import { asciiAt, viewOf } from "./bytes.ts";

const SOI_BYTES = 2;
const APP0 = 0xffe0;
const APP2 = 0xffe2;

// ICC.1:2022, B.4: after marker and length, the number of a part and how many there are.
const SIGNATURE = "ICC_PROFILE\0";
const PART_BYTES = 65_519;
const MAX_PARTS = 255;

/** The same JPEG with a profile that tells its colours. Throws a RangeError for one that no JPEG can hold. */
export function withColourProfile(jpeg: Uint8Array, icc: Uint8Array): Uint8Array {
  const count = Math.ceil(icc.length / PART_BYTES);
  if (count > MAX_PARTS) throw new RangeError("Cannot write a colour profile that is so large");
  const parts = Array.from({ length: count }, (_, index) => {
    const part = icc.subarray(index * PART_BYTES, (index + 1) * PART_BYTES);
    return segment(Buffer.concat([Buffer.from(SIGNATURE), Uint8Array.of(index + 1, count), part]));
  });
  const at = endOfJfif(jpeg);
  return Buffer.concat([jpeg.subarray(0, at), ...parts, jpeg.subarray(at)]);
}

function segment(body: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(APP2, 0);
  header.writeUInt16BE(2 + body.length, 2);
  return Buffer.concat([header, body]);
}

// JFIF wants to come first.
function endOfJfif(jpeg: Uint8Array): number {
  const view = viewOf(jpeg);
  const isJfif = view.getUint16(SOI_BYTES) === APP0 && asciiAt(jpeg, SOI_BYTES + 4, 5) === "JFIF\0";
  return isJfif ? SOI_BYTES + 2 + view.getUint16(SOI_BYTES + 2) : SOI_BYTES;
}
