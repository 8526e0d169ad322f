import { describe, expect, it } from "vitest";
import { imageKey, messageRef, publicUrl, recordKey } from "../../lib/storage/object-key.ts";

describe("object keys", () => {
  it("are those of the contract", () => {
    expect(imageKey("images/", "5f0c", "png")).toBe("images/5f0c.png");
    expect(recordKey("state/", messageRef({ teamId: "T1", channelId: "C1", ts: "1.2" }))).toBe(
      "state/messages/T1/C1/1.2.json",
    );
  });

  it("become URLs with each segment encoded", () => {
    expect(publicUrl("https://cdn.example.com", "bilder für alle/a?b#c.png")).toBe(
      "https://cdn.example.com/bilder%20f%C3%BCr%20alle/a%3Fb%23c.png",
    );
  });
});
