import type { RecordInfo } from "../../api.ts";
import { useTopic } from "../client.ts";

/** The message or reply that a person looks at. */
export interface Selected {
  channel: string;
  ts: string;
}

/** The record behind the selected message; `undefined` while nothing is selected, or nothing is recorded of it. */
export function useRecord(selected: Selected | undefined): RecordInfo | undefined {
  const query = new URLSearchParams({ channel: selected?.channel ?? "", ts: selected?.ts ?? "" });
  return useTopic<RecordInfo>(`/local/stack/record?${query.toString()}`, "store").value;
}
