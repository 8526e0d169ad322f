import { asciiAt, viewOf } from "./bytes.ts";

/** One IPTC-IIM dataset. */
export interface IptcDataset {
  record: number;
  dataset: number;
  value: Uint8Array;
}

const IPTC_RESOURCE = 0x0404;
const SIGNATURE = "Photoshop 3.0\0";
/** "8BIM". */
const RESOURCE_SIGNATURE = 0x3842494d;
const TAG_MARKER = 0x1c;

/**
 * The IPTC datasets in Photoshop's resources, with or without the leading signature. Stops at the
 * first broken one.
 */
export function* iptcDatasetsOf(block: Uint8Array): Generator<IptcDataset> {
  const view = viewOf(block);
  let at = asciiAt(block, 0, SIGNATURE.length) === SIGNATURE ? SIGNATURE.length : 0;
  while (at + 12 <= block.length && view.getUint32(at) === RESOURCE_SIGNATURE) {
    const nameBytes = 1 + view.getUint8(at + 6);
    const sizeAt = at + 6 + nameBytes + (nameBytes % 2);
    if (sizeAt + 4 > block.length) {
      return;
    }
    const end = sizeAt + 4 + view.getUint32(sizeAt);
    const resource = view.getUint16(at + 4);
    if (resource === IPTC_RESOURCE) {
      yield* datasetsIn(block.subarray(sizeAt + 4, end));
    }
    at = end + (end % 2 === sizeAt % 2 ? 0 : 1);
  }
}

function* datasetsIn(iptc: Uint8Array): Generator<IptcDataset> {
  const view = viewOf(iptc);
  let at = 0;
  while (at + 5 <= iptc.length && view.getUint8(at) === TAG_MARKER) {
    const end = at + 5 + view.getUint16(at + 3);
    yield {
      record: view.getUint8(at + 1),
      dataset: view.getUint8(at + 2),
      value: iptc.subarray(at + 5, end),
    };
    at = end;
  }
}
