import * as v from "valibot";
import { StorageError } from "../storage/storage-error.ts";
import { adviseOnStore } from "../storage/store-advice.ts";
import { type Check, failed } from "./check.ts";

/** Runs one check of the store. A refusal fails it; `forbidden` is the remedy for a 403. */
export async function askStore(
  name: string,
  check: () => Promise<Check>,
  { forbidden }: { forbidden?: string } = {},
): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof StorageError)) {
      throw error;
    }
    return explain(name, error, forbidden);
  }
}

function explain(name: string, error: StorageError, forbidden: string | undefined): Check {
  const { code, status } = error;
  const word = toWord(code);
  const advice = adviseOnStore(error);
  const isDenied = status === 403 && (code === "AccessDenied" || code === "Forbidden");
  const remedy =
    isDenied && forbidden !== undefined ? forbidden : toSentence(advice ?? UNREACHABLE);
  if (status === undefined) {
    return failed(name, `The store does not answer: ${reasonOf(error) ?? word}.`, remedy);
  }
  return failed(name, `The store refuses: ${status} ${word}.`, remedy);
}

/** The system's word, such as ENOTFOUND. Its sentence would name the host. */
function reasonOf({ cause }: StorageError): string | undefined {
  const coded = v.safeParse(v.object({ code: v.pipe(v.string(), v.regex(/^[A-Z_]+$/u)) }), cause);
  return coded.success ? coded.output.code : undefined;
}

const UNREACHABLE =
  "check S3_ENDPOINT, S3_REGION and the name in S3_BUCKET, and look at the store's status page";

/** The server chooses the code, so it may be anything. */
export function toWord(code: string): string {
  return /^\w{1,60}$/u.test(code) ? code : "Unknown";
}

export function toSentence(advice: string): string {
  return `${advice.slice(0, 1).toUpperCase()}${advice.slice(1)}.`;
}
