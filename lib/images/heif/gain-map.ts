import { asciiAt } from "../bytes.ts";
import { unlessBroken } from "../unless-broken.ts";
import { readItems } from "./avif-items.ts";
import { boxesIn, findBox } from "./boxes.ts";

const FULL_BOX_BYTES = 4;
const TONE_MAP = "tmap";
const AUXILIARY_TYPES = [
  "urn:com:apple:photo:2020:aux:hdrgainmap\0",
  "urn:iso:std:iso:ts:21496:-1\0",
];

/**
 * Whether a HEIC or AVIF holds a gain map, as a tone-mapped item or as an auxiliary image. Never
 * throws.
 */
export function holdsGainMap(bytes: Uint8Array): boolean {
  return unlessBroken(() => {
    const meta = findBox(bytes, "meta", 0, bytes.length);
    const inMeta = (type: string) =>
      meta && findBox(bytes, type, meta.start + FULL_BOX_BYTES, meta.end);
    const [iinf, iprp] = [inMeta("iinf"), inMeta("iprp")];
    if (iinf && readItems(bytes, iinf).some(({ type }) => type === TONE_MAP)) {
      return true;
    }
    const ipco = iprp && findBox(bytes, "ipco", iprp.start, iprp.end);
    const properties = ipco ? [...boxesIn(bytes, ipco.start, ipco.end)] : [];
    return properties.some(
      ({ type, start }) =>
        type === "auxC" &&
        AUXILIARY_TYPES.some((urn) => asciiAt(bytes, start + FULL_BOX_BYTES, urn.length) === urn),
    );
  }, false);
}
