import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createGiveWay, inPieces, sha256 } from "../lib/give-way.ts";
import type { Pieces } from "../lib/images/pieces.ts";

describe("inPieces()", () => {
  it("does one piece per turn of the event loop, over all concurrent work", async () => {
    const giveWay = createGiveWay();
    const done: string[] = [];
    const works = ["a", "b", "c"].map((name) => inPieces(piecesOf(name), giveWay));
    const perTurn: number[] = [];
    while (done.length < 9) {
      const before = done.length;
      await setImmediate();
      perTurn.push(done.length - before);
    }
    expect(await Promise.all(works)).toEqual(["a", "b", "c"]);
    expect(Math.max(...perTurn)).toBe(1);
    expect(done.toSorted()).toEqual(["a1", "a2", "a3", "b1", "b2", "b3", "c1", "c2", "c3"]);

    function* piecesOf(name: string): Pieces<string> {
      for (const number of [1, 2, 3]) {
        done.push(`${name}${number}`);
        if (number < 3) {
          yield;
        }
      }
      return name;
    }
  });

  it("returns what the work returns, and rejects with the error that it throws", async () => {
    const giveWay = createGiveWay();
    expect(await inPieces(work(), giveWay)).toBe("done");
    await expect(inPieces(work(new Error("broken")), giveWay)).rejects.toThrow("broken");
    expect(await inPieces(work(), giveWay)).toBe("done");

    function* work(error?: Error): Pieces<string> {
      yield;
      if (error) {
        throw error;
      }
      return "done";
    }
  });
});

describe("sha256()", () => {
  it.each([0, 1, 8 * 1024 * 1024, 8 * 1024 * 1024 + 1, 20_000_000])(
    "hashes all of %i bytes",
    async (length) => {
      const bytes = Buffer.alloc(length, "image");
      const expected = createHash("sha256").update(bytes).digest("hex");
      expect(await sha256(bytes, createGiveWay())).toBe(expected);
    },
  );
});
