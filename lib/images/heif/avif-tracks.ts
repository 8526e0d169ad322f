import { type Box, type BoxWalker } from "./boxes.ts";
import { asciiAt, viewOf } from "../bytes.ts";
import { PARSER_LIMITS } from "../parser-limits.ts";

/** The tracks of an animation that are shown: its colours and, separately, its alpha. */
export interface AvifTracks {
  colour: Track | undefined;
  alpha: Track | undefined;
}

interface Track {
  trak: Box;
  /** The `tkhd` box. */
  header: Box | undefined;
  /** The `stbl` box. */
  table: Box | undefined;
  id: number;
  isImage: boolean;
  /** The id of the track that this one is alpha for. */
  auxiliaryFor: number | undefined;
}

const IMAGE_TRACKS = new Set(["pict", "vide", "auxv"]);
const STSD_FIELD_BYTES = 8;

/**
 * Chooses tracks as Chromium does: the first AV1 track that is not auxiliary, and the first track
 * auxiliary to it.
 */
export function findTracks(bytes: Uint8Array, walk: BoxWalker, moov: Box): AvifTracks {
  const traks = [...walk(moov.start, moov.end)].filter(({ type }) => type === "trak");
  const tracks = traks.map((trak) => describeTrack(bytes, walk, trak));
  const images = tracks.filter(({ isImage, id }) => isImage && id > 0);
  if (images.length > PARSER_LIMITS.tracks) {
    throw new RangeError("Cannot read an animation of more tracks than allowed");
  }
  const colour = images.find(({ auxiliaryFor }) => auxiliaryFor === undefined);
  const alpha = colour && images.find(({ auxiliaryFor }) => auxiliaryFor === colour.id);
  return { colour, alpha };
}

/**
 * Returns the offset of the fields in `tkhd` or `mdhd` that follow the two times, which take 32 or
 * 64 bits each.
 */
export function afterTimes(bytes: Uint8Array, box: Box): number {
  return box.start + 4 + (viewOf(bytes).getUint8(box.start) === 0 ? 8 : 16);
}

function describeTrack(bytes: Uint8Array, walk: BoxWalker, trak: Box): Track {
  const inside = (box: Box | undefined, type: string, fieldBytes = 0) =>
    box && [...walk(box.start + fieldBytes, box.end)].find((each) => each.type === type);
  const view = viewOf(bytes);
  const media = inside(trak, "mdia");
  const handler = inside(media, "hdlr");
  const table = inside(inside(media, "minf"), "stbl");
  const isAv1 = inside(inside(table, "stsd"), "av01", STSD_FIELD_BYTES) !== undefined;
  const header = inside(trak, "tkhd");
  const auxiliary = inside(inside(trak, "tref"), "auxl");
  return {
    trak,
    header,
    table,
    id: header ? view.getUint32(afterTimes(bytes, header)) : 0,
    isImage: isAv1 && handler !== undefined && IMAGE_TRACKS.has(asciiAt(bytes, handler.start + 8)),
    auxiliaryFor: auxiliary && view.getUint32(auxiliary.start),
  };
}
