import { type Box, type BoxWalker, createBoxWalker } from "./boxes.ts";
import { findTracks } from "./avif-tracks.ts";

/** The boxes that locate an image's data. Each track of an animation has its own. */
export interface AvifBoxes {
  file: ReadonlyMap<string, Box>;
  tracks: readonly ReadonlyMap<string, Box>[];
  mediaData: readonly Box[];
  /** All properties in `ipco`, used or not, because `ipma` refers to them by number. */
  properties: readonly Box[];
  associations: readonly Box[];
  /** All other boxes that stay, including boxes inside them. */
  kept: readonly KeptBox[];
  /** Whole boxes that do not affect the image and can become free space, header included. */
  unneeded: readonly Box[];
}

/** `fieldsEnd` is where the inner boxes begin, or the end of the box. */
export interface KeptBox extends Box {
  fieldsEnd: number;
}

type Collected = {
  [Key in keyof AvifBoxes]: AvifBoxes[Key] extends readonly (infer T)[] ? T[] : AvifBoxes[Key];
};

interface Source {
  bytes: Uint8Array;
  walk: BoxWalker;
}

const NEEDED_BY_PARENT: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    file: "ftyp meta moov mdat",
    meta: "hdlr dinf pitm iloc iinf iref iprp idat grpl",
    iprp: "ipco ipma",
    dinf: "dref",
    dref: "url ",
    moov: "mvhd trak",
    trak: "tkhd tref edts mdia",
    tref: "auxl prem",
    edts: "elst",
    mdia: "mdhd hdlr minf",
    minf: "vmhd nmhd dinf stbl",
    stbl: "stsd stts stsc stsz stco co64 stss",
    stsd: "av01",
    av01: "av1C colr clli ccst auxi",
  }).map(([parent, types]) => [parent, new Set(types.split(" "))]),
);

/** Fields that precede the inner boxes: version and flags, an entry count, the video size. */
const FIELD_BYTES = new Map([
  ["meta", 4],
  ["dref", 8],
  ["stsd", 8],
  ["av01", 78],
]);
const REPEATABLE = new Set(["mdat", "trak", "ipma", "av01", "dinf", "dref", "url "]);
const FRAGMENTED = new Set(["moof", "mvex"]);

/**
 * Sorts all boxes of an AVIF. Throws a RangeError if they do not fill the file, are too many, or
 * are ambiguous.
 */
export function readAvifBoxes(bytes: Uint8Array): AvifBoxes {
  const file = new Map<string, Box>();
  const lists = { tracks: [], mediaData: [], properties: [], associations: [] };
  const boxes: Collected = { file, ...lists, kept: [], unneeded: [] };
  const source = { bytes, walk: createBoxWalker(bytes) };
  collect(source, boxes, { type: "file", at: 0, start: 0, end: bytes.length }, file);
  return boxes;
}

function collect(source: Source, boxes: Collected, parent: Box, group: Map<string, Box>): void {
  const { bytes, walk } = source;
  const needed = NEEDED_BY_PARENT.get(parent.type);
  const from = parent.start + (FIELD_BYTES.get(parent.type) ?? 0);
  const tracks = parent.type === "moov" ? findTracks(bytes, walk, parent) : undefined;
  const shown = new Set([tracks?.colour?.trak.at, tracks?.alpha?.trak.at]);
  for (const box of walk(from, parent.end)) {
    const { type } = box;
    if (FRAGMENTED.has(type)) {
      throw new RangeError("Cannot follow the fragments of an animation");
    }
    const isOtherTrack = type === "trak" && !shown.has(box.at);
    if (!needed?.has(type) || isOtherTrack) {
      boxes.unneeded.push(box);
      continue;
    }
    if (parent.type !== "av01") {
      addOnce(group, box);
    }
    if (type === "mdat") {
      boxes.mediaData.push(box);
    } else {
      boxes.kept.push({ ...box, fieldsEnd: endOfFields(box) });
    }
    if (type === "ipma") {
      boxes.associations.push(box);
    }
    if (type === "ipco") {
      boxes.properties.push(...walk(box.start, box.end));
    }
    const ownGroup = type === "trak" ? new Map<string, Box>() : group;
    if (type === "trak") {
      boxes.tracks.push(ownGroup);
    }
    if (NEEDED_BY_PARENT.has(type)) {
      collect(source, boxes, box, ownGroup);
    }
  }
}

function endOfFields({ type, start, end }: Box): number {
  return NEEDED_BY_PARENT.has(type) ? start + (FIELD_BYTES.get(type) ?? 0) : end;
}

function addOnce(group: Map<string, Box>, box: Box): void {
  if (group.has(box.type) && !REPEATABLE.has(box.type)) {
    throw new RangeError("Cannot tell which of two boxes counts");
  }
  group.set(box.type, box);
}
