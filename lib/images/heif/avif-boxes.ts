import { type Box, type BoxWalker, createBoxWalker } from "./boxes.ts";
import { asciiAt, viewOf } from "../bytes.ts";
import type { ByteRange } from "./avif-items.ts";
import { PARSER_LIMITS } from "../parser-limits.ts";

/** The boxes that say where an image's data is; each track of an animation has its own. */
export interface AvifBoxes {
  file: ReadonlyMap<string, Box>;
  tracks: readonly ReadonlyMap<string, Box>[];
  mediaData: readonly Box[];
  /** What says nothing about the image: whole boxes, header and all, that can become free space. */
  unneeded: readonly Box[];
  times: readonly ByteRange[];
}

type Collected = {
  [Key in keyof AvifBoxes]: AvifBoxes[Key] extends readonly (infer T)[] ? T[] : AvifBoxes[Key];
};

interface Source {
  bytes: Uint8Array;
  walk: BoxWalker;
}

const DESCRIPTION = "av1C colr pasp clap clli mdcv cclv amve";
const NEEDED_BY_PARENT: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    file: "ftyp meta moov mdat",
    meta: "hdlr dinf pitm iloc iinf iref iprp idat grpl",
    iprp: "ipco ipma",
    ipco: `${DESCRIPTION} ispe pixi auxC irot imir rloc lsel a1op a1lx iscl reve ndwt ster`,
    moov: "mvhd trak",
    trak: "tkhd tref trgr edts mdia",
    mdia: "mdhd hdlr elng minf",
    minf: "vmhd nmhd dinf stbl",
    stbl: "stsd stts ctts cslg stsc stsz stco co64 stss sbgp sgpd sdtp",
    stsd: "av01",
    av01: `${DESCRIPTION} ccst auxi btrt fiel`,
  }).map(([parent, types]) => [parent, new Set(types.split(" "))]),
);

// What stands in these before their boxes: version and flags, a count of entries, the size of the video.
const FIELD_BYTES = new Map([
  ["meta", 4],
  ["stsd", 8],
  ["av01", 78],
]);
const REPEATABLE = new Set(["mdat", "trak", "ipma", "sbgp", "sgpd", "av01", "dinf"]);
const TIMED = new Set(["mvhd", "tkhd", "mdhd"]);
const IMAGE_TRACKS = new Set(["pict", "vide", "auxv"]);
const FRAGMENTED = new Set(["moof", "mvex"]);

/**
 * Sorts all boxes of an AVIF. Throws a RangeError where they do not fill the file, are too many, or could be understood in
 * two ways.
 */
export function readAvifBoxes(bytes: Uint8Array): AvifBoxes {
  const file = new Map<string, Box>();
  const boxes: Collected = { file, tracks: [], mediaData: [], unneeded: [], times: [] };
  const source = { bytes, walk: createBoxWalker(bytes) };
  collect(source, boxes, { type: "file", at: 0, start: 0, end: bytes.length }, file);
  return boxes;
}

function collect(source: Source, boxes: Collected, parent: Box, group: Map<string, Box>): void {
  const { bytes, walk } = source;
  const needed = NEEDED_BY_PARENT.get(parent.type);
  const from = parent.start + (FIELD_BYTES.get(parent.type) ?? 0);
  for (const box of walk(from, parent.end)) {
    const { type } = box;
    if (FRAGMENTED.has(type)) throw new RangeError("Cannot follow the fragments of an animation");
    if (!needed?.has(type) || (type === "trak" && !isImageTrack(source, box))) {
      boxes.unneeded.push(box);
      continue;
    }
    if (type === "mdat") boxes.mediaData.push(box);
    if (TIMED.has(type)) boxes.times.push(timesOf(bytes, box));
    if (parent.type !== "ipco" && parent.type !== "av01") addOnce(group, box);
    const ownGroup = type === "trak" ? new Map<string, Box>() : group;
    if (type === "trak") boxes.tracks.push(ownGroup);
    if (boxes.tracks.length > PARSER_LIMITS.tracks)
      throw new RangeError("Cannot read an animation of so many tracks");
    if (NEEDED_BY_PARENT.has(type)) collect(source, boxes, box, ownGroup);
  }
}

// The others hold sound, text or metadata.
function isImageTrack({ bytes, walk }: Source, trak: Box): boolean {
  const media = [...walk(trak.start, trak.end)].find(({ type }) => type === "mdia");
  const boxes = media ? [...walk(media.start, media.end)] : [];
  const handler = boxes.find(({ type }) => type === "hdlr");
  return handler !== undefined && IMAGE_TRACKS.has(asciiAt(bytes, handler.start + 8));
}

function addOnce(group: Map<string, Box>, box: Box): void {
  if (group.has(box.type) && !REPEATABLE.has(box.type))
    throw new RangeError("Cannot tell which of two boxes counts");
  group.set(box.type, box);
}

// When it was made and when it was changed last, in 32 bits or 64.
function timesOf(bytes: Uint8Array, box: Box): ByteRange {
  const start = box.start + 4;
  const end = start + (viewOf(bytes).getUint8(box.start) === 0 ? 8 : 16);
  if (end > box.end) throw new RangeError("Cannot read a time that was cut short");
  return { start, end };
}
