import type { Bucket, PutOptions, PutResult } from "./s3.ts";
import { StorageError } from "./storage-error.ts";

export type PutIfMatch = (
  key: string,
  body: Uint8Array,
  wanted: PutOptions & { ifMatch: string },
) => Promise<PutResult>;

/**
 * Creates a put that replaces one ETag. Stores differ in the form of `If-Match` that they accept:
 * AWS takes both, Ceph the bare one, R2 and RustFS (rustfs/rustfs#1458) the quoted one. The first
 * put sends the ETag as received; later puts use the form that this store accepted.
 */
export function createPutIfMatch({
  putOnce,
  get,
}: {
  putOnce: Bucket["put"];
  get: Bucket["get"];
}): PutIfMatch {
  let known: EtagForm | undefined;

  async function hasEtag(key: string, etag: string): Promise<boolean> {
    const present = await get(key);
    return present !== undefined && bareEtag(present.etag) === bareEtag(etag);
  }

  return async function putIfMatch(key, body, wanted) {
    const { ifMatch } = wanted;
    if (ifMatch === "") {
      // Some stores return no ETag from a put, and an empty header would be no condition at all.
      return { outcome: "precondition_failed" };
    }
    const isKnown = known !== undefined;
    const form = known ?? "as_it_came";
    const otherForm = form === "turned" ? "as_it_came" : "turned";
    const putAs = (as: EtagForm) => {
      const etag = as === "turned" ? turnEtag(ifMatch) : ifMatch;
      return unlessMalformed(() => putOnce(key, body, { ...wanted, ifMatch: etag }));
    };
    const first = await putAs(form);
    if (first.outcome === "stored") {
      known = form;
      return first;
    }
    if (first.outcome === "precondition_failed" && (isKnown || !(await hasEtag(key, ifMatch)))) {
      return first;
    }
    const second = await putAs(otherForm);
    if (second.outcome === "malformed") {
      return first.outcome === "malformed" ? Promise.reject(first.error) : first;
    }
    if (second.outcome === "stored" || first.outcome === "malformed") {
      known = otherForm;
    }
    return second;
  };
}

/** `turned` removes the quotes of an ETag that has them, or adds them to one that does not. */
type EtagForm = "as_it_came" | "turned";

type Malformed = { outcome: "malformed"; error: StorageError };

async function unlessMalformed(put: () => Promise<PutResult>): Promise<PutResult | Malformed> {
  try {
    return await put();
  } catch (error) {
    if (error instanceof StorageError && error.status === 400) {
      return { outcome: "malformed", error };
    }
    throw error;
  }
}

function turnEtag(etag: string): string {
  const bare = bareEtag(etag);
  return bare === etag ? `"${etag}"` : bare;
}

function bareEtag(etag: string): string {
  return /^(?:W\/)?"(.*)"$/u.exec(etag)?.[1] ?? etag;
}
