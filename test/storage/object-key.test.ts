import { describe, expect, it } from "vitest";
import { cdnPaths, imageKey, publicUrl } from "../../lib/storage/object-key.ts";

describe("object keys", () => {
  it("are those of the contract", () => {
    expect(imageKey("images/", "5f0c", "png")).toBe("images/5f0c.png");
  });

  it("become URLs with each segment encoded", () => {
    expect(publicUrl("https://cdn.example.com", "bilder für alle/a?b#c.png")).toBe(
      "https://cdn.example.com/bilder%20f%C3%BCr%20alle/a%3Fb%23c.png",
    );
  });

  it.each([
    ["https://cdn.example.com", ["/f%C3%BCr/5f0c*"]],
    ["https://example.com/a/b", ["/f%C3%BCr/5f0c*", "/a/b/f%C3%BCr/5f0c*"]],
  ])("are at the CDN of %s what begins with their paths", (baseUrl, paths) => {
    expect(cdnPaths(baseUrl, "für/5f0c")).toEqual(paths);
  });
});
