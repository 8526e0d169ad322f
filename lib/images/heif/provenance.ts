import type { Box } from "./boxes.ts";
import { asciiAt } from "../bytes.ts";
import { isContentCredentials } from "../content-credentials.ts";

/** C2PA specification, embedding into BMFF. */
const PROVENANCE_UUID = "\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81";

/** Whether a box holds a C2PA manifest, as a `uuid` box or as JUMBF. */
export function isProvenance(bytes: Uint8Array, { type, at, start, end }: Box): boolean {
  if (type === "uuid") {
    return asciiAt(bytes, start, PROVENANCE_UUID.length) === PROVENANCE_UUID;
  }
  return type === "jumb" && isContentCredentials(bytes.subarray(at, end));
}
