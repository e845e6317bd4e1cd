import { fc, test } from "./fixtures/property.ts";
import { describe, expect, it } from "vitest";
import { createRng, deriveSeed, freshSeed, GemError, restoreRng } from "../src/index.ts";

const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe("the generator", () => {
  it("gives the recorded values, on every platform", () => {
    const rng = createRng(42);
    expect(Array.from({ length: 8 }, () => rng.int(0, 999))).toMatchInlineSnapshot(`
      [
        457,
        875,
        966,
        505,
        230,
        731,
        734,
        67,
      ]
    `);
    expect(rng.float()).toMatchInlineSnapshot(`0.8276239438442972`);
    expect(createRng(42).split("a").split(3).int(0, 1e9)).toMatchInlineSnapshot(`614017266`);
  });

  test(
    fc.property(seeds, (seed) => {
      const one = createRng(seed);
      const two = createRng(seed);
      for (let i = 0; i < 10; i++) expect(one.int(-5, 100)).toBe(two.int(-5, 100));
    }),
    "repeats itself for the same seed",
  );

  test(
    fc.property(seeds, fc.nat(50), (seed, draws) => {
      const rng = createRng(seed);
      for (let i = 0; i < draws; i++) rng.float();
      const twin = restoreRng(JSON.parse(JSON.stringify(rng.state())));
      expect([twin.float(), twin.int(0, 9), twin.split("x").float()]).toEqual([
        rng.float(),
        rng.int(0, 9),
        rng.split("x").float(),
      ]);
    }),
    "goes on from a stored state",
  );

  test(
    fc.property(seeds, fc.string(), fc.nat(20), (seed, label, draws) => {
      const rng = createRng(seed);
      const before = rng.split(label).float();
      for (let i = 0; i < draws; i++) rng.float();
      expect(rng.split(label).float()).toBe(before);
    }),
    "splits by address, whatever was drawn before",
  );

  it("gives unlike children to unlike labels", () => {
    const rng = createRng(1);
    const labels = ["a", "b", "ab", "ba", "", 0, 1, 10, "0", "1", "#1"];
    expect(new Set(labels.map((label) => rng.split(label).float())).size).toBe(labels.length);
    const first = Array.from({ length: 20000 }, (_, i) => createRng(i).int(0, Number.MAX_SAFE_INTEGER));
    expect(new Set(first).size).toBe(first.length);
  });

  it("draws whole numbers evenly (chi-square, 9 degrees of freedom)", () => {
    const rng = createRng(7);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 100_000; i++) counts[rng.int(0, 9)]!++;
    const chi = counts.reduce((total, n) => total + (n - 10_000) ** 2 / 10_000, 0);
    expect(chi).toBeLessThan(27.9); // p = 0.001
  });

  it("first draws of neighbouring seeds and siblings are even, too", () => {
    for (const draw of [(i: number) => createRng(i).int(0, 9), (i: number) => createRng(5).split(i).int(0, 9)]) {
      const counts = Array.from({ length: 10 }, () => 0);
      for (let i = 0; i < 50_000; i++) counts[draw(i)]!++;
      expect(counts.reduce((total, n) => total + (n - 5_000) ** 2 / 5_000, 0)).toBeLessThan(27.9);
    }
  });

  it("draws normals with mean 0 and variance 1", () => {
    const rng = createRng(3);
    const values = Array.from({ length: 50_000 }, () => rng.normal());
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
  });

  test(
    fc.property(seeds, fc.array(fc.integer()), (seed, items) => {
      const shuffled = createRng(seed).shuffle([...items]);
      expect([...shuffled].sort((a, b) => a - b)).toEqual([...items].sort((a, b) => a - b));
    }),
    "shuffles without loss",
  );

  test(
    fc.property(seeds, fc.uniqueArray(fc.integer(), { minLength: 1 }), fc.nat(), (seed, items, n) => {
      const count = n % (items.length + 1);
      const drawn = createRng(seed).sample(items, count);
      expect(new Set(drawn).size).toBe(count);
      for (const item of drawn) expect(items).toContain(item);
    }),
    "samples without repeats",
  );

  it("refuses seeds and ranges it cannot honour", () => {
    for (const seed of [-1, 0.5, Number.NaN, Infinity, 2 ** 53]) expect(() => createRng(seed)).toThrow(GemError);
    expect(() => createRng(1).int(3, 2)).toThrow("min <= max");
    expect(() => createRng(1).pick([])).toThrow("at least one");
    expect(() => createRng(1).sample([1], 2)).toThrow("cannot sample 2 of 1");
  });
});

describe("seeds", () => {
  it("derives the same seed for the same address", () => {
    expect(deriveSeed(1, "episode", 4)).toBe(deriveSeed(1, "episode", 4));
    expect(deriveSeed(1, "episode", 4)).not.toBe(deriveSeed(1, "episode", 5));
    expect(deriveSeed(1, "episode", 4)).not.toBe(deriveSeed(2, "episode", 4));
  });

  it("makes fresh seeds that differ and can be used", () => {
    const fresh = Array.from({ length: 100 }, () => freshSeed());
    expect(new Set(fresh).size).toBe(100);
    for (const seed of fresh) createRng(seed);
  });
});
