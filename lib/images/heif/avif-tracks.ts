import { type Box, type BoxWalker } from "./boxes.ts";
import { asciiAt, viewOf } from "../bytes.ts";
import { PARSER_LIMITS } from "../parser-limits.ts";

/** These tracks of an animation are shown: its colours and, in a track of its own, its transparency. */
export interface AvifTracks {
  colour: Track | undefined;
  alpha: Track | undefined;
}

interface Track {
  trak: Box;
  /** `tkhd` and `stbl`. */
  header: Box | undefined;
  table: Box | undefined;
  id: number;
  isImage: boolean;
  /** The track that it is transparency for. */
  auxiliaryFor: number | undefined;
}

const IMAGE_TRACKS = new Set(["pict", "vide", "auxv"]);
const STSD_FIELD_BYTES = 8;

/** As Chromium chooses them: the first that holds AV1 and is no helper of another, and the first helper of that. */
export function findTracks(bytes: Uint8Array, walk: BoxWalker, moov: Box): AvifTracks {
  const traks = [...walk(moov.start, moov.end)].filter(({ type }) => type === "trak");
  const tracks = traks.map((trak) => describeTrack(bytes, walk, trak));
  const images = tracks.filter(({ isImage, id }) => isImage && id > 0);
  if (images.length > PARSER_LIMITS.tracks) {
    throw new RangeError("Cannot read an animation of so many tracks");
  }
  const colour = images.find(({ auxiliaryFor }) => auxiliaryFor === undefined);
  const alpha = colour && images.find(({ auxiliaryFor }) => auxiliaryFor === colour.id);
  return { colour, alpha };
}

/** Where the fields of `tkhd` or `mdhd` stand that follow two times, in 32 bits each or 64. */
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
