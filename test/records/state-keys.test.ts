import { describe, expect, it } from "vitest";
import { formRef, messageRef } from "../../lib/records/record-ref.ts";
import {
  markerKey,
  parseMarkerKey,
  parseRecordKey,
  recordKey,
} from "../../lib/records/state-keys.ts";

const MESSAGE = messageRef({ teamId: "T1", channelId: "C1", ts: "1.2" });
const FORM = formRef({ teamId: "T1", viewId: "V1" });

describe("state keys", () => {
  it("are those of the contract", () => {
    expect(recordKey("state/", MESSAGE)).toBe("state/messages/T1/C1/1.2.json");
    expect(recordKey("state/", FORM)).toBe("state/forms/T1/V1.json");
    expect(markerKey("state/", MESSAGE, "m-1")).toBe("state/open/messages/T1/C1/1.2/m-1");
    expect(markerKey("state/", FORM, "m-1")).toBe("state/open/forms/T1/V1/m-1");
  });

  it("parse back to what they name, and other keys do not", () => {
    for (const ref of [MESSAGE, FORM]) {
      expect(parseRecordKey("state/", recordKey("state/", ref))).toBe(ref);
      expect(parseMarkerKey("state/", markerKey("state/", ref, "m-1"))).toEqual({ ref, id: "m-1" });
    }
    for (const key of [
      "state/reconcile.json",
      "state/messages/T1/C1/1.2",
      "other/forms/T1/V1.json",
    ]) {
      expect(parseRecordKey("state/", key)).toBeUndefined();
    }
    for (const key of [
      "state/open/",
      "state/open/x",
      "state/open/forms/T1/V1/",
      "state/forms/T1/V1/m",
    ]) {
      expect(parseMarkerKey("state/", key)).toBeUndefined();
    }
  });
});
