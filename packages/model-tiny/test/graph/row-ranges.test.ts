import fc from "fast-check";
import { expect, test } from "vitest";
import { rowRanges } from "../../src/graph/row-ranges.ts";

test("ranges cover every row once, in order, evenly, within the limit or one row at a time", () => {
  const counts = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(counts, counts, fc.integer({ min: 1, max: 5000 }), (batch, length, tokensPerRun) => {
      const ranges = rowRanges(batch, length, tokensPerRun);
      expect(ranges[0]!.start).toBe(0);
      expect(ranges.at(-1)!.end).toBe(batch);
      ranges.slice(1).forEach(({ start }, index) => expect(start).toBe(ranges[index]!.end));
      const sizes = ranges.map(({ start, end }) => end - start);
      expect(Math.max(...sizes) * length).toBeLessThanOrEqual(Math.max(tokensPerRun, length));
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});
