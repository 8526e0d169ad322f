import { describe, expect, it } from "vitest";
import { imageKey, publicUrl } from "../../lib/storage/object-key.ts";

describe("object keys", () => {
  it("are those of the contract", () => {
    expect(imageKey("images/", "5f0c", "png")).toBe("images/5f0c.png");
  });

  it("become URLs with each segment encoded", () => {
    expect(publicUrl("https://cdn.example.com", "bilder für alle/a?b#c.png")).toBe(
      "https://cdn.example.com/bilder%20f%C3%BCr%20alle/a%3Fb%23c.png",
    );
  });
});
