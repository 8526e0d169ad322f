import { describe, expect, it } from "vitest";
import { createTurns } from "../lib/turns.ts";

describe("createTurns()", () => {
  it("lets in what there is room for, in order of arrival", async () => {
    const turns = createTurns(10);
    const entered: string[] = [];
    const ends = new Map<string, () => void>();
    const take = (name: string, weight: number) =>
      turns.take(weight, async () => {
        entered.push(name);
        await new Promise<void>((end) => ends.set(name, end));
      });
    const works = [take("a", 6), take("b", 6), take("c", 1), take("d", 99)];
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    await settle();
    expect(entered).toEqual(["a"]);
    ends.get("a")?.();
    await settle();
    expect(entered).toEqual(["a", "b", "c"]);
    ends.get("b")?.();
    await settle();
    expect(entered).toEqual(["a", "b", "c"]);
    ends.get("c")?.();
    await settle();
    // Work that is larger than all the room gets the room alone.
    expect(entered).toEqual(["a", "b", "c", "d"]);
    ends.get("d")?.();
    await Promise.all(works);
  });

  it("gives the room back when the work fails", async () => {
    const turns = createTurns(1);
    await expect(turns.take(1, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await turns.take(1, async () => "yes")).toBe("yes");
  });
});
