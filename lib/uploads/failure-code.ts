import type { FailureCode } from "../records/record.ts";
import { isTokenDead, SlackApiError } from "../slack/api-call.ts";
import { DownloadError, type DownloadErrorCode } from "../slack/file-download.ts";
import { StorageError } from "../storage/storage-error.ts";

/** @throws errors that say nothing about the image: a dead token, a bug. */
export function toFailureCode(error: unknown): FailureCode {
  if (error instanceof DownloadError) {
    return DOWNLOAD_FAILURES[error.code];
  }
  if (error instanceof StorageError) {
    return "not_stored";
  }
  if (error instanceof SlackApiError && !isTokenDead(error)) {
    return REFUSALS.get(error.code) ?? "not_downloaded";
  }
  throw error;
}

const DOWNLOAD_FAILURES: Readonly<Record<DownloadErrorCode, FailureCode>> = {
  no_access: "no_access",
  gone: "gone",
  too_large: "too_large",
  foreign_host: "external",
  unavailable: "not_downloaded",
  not_served: "not_downloaded",
};

/** Errors with which `files.info` refuses. */
const REFUSALS: ReadonlyMap<string, FailureCode> = new Map([
  ["file_not_found", "gone"],
  ["file_deleted", "gone"],
  ["missing_scope", "no_access"],
  ["access_denied", "no_access"],
  ["no_permission", "no_access"],
  ["not_in_channel", "no_access"],
  ["channel_not_found", "no_access"],
]);
