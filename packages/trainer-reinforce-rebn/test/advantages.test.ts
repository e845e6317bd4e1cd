import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { algorithms, discountedReturns, findAlgorithm, rebn, reinforce } from "../src/index.ts";
import { caught } from "./fixtures/caught.ts";

const rewards = fc.array(fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 6 }), {
  minLength: 1,
  maxLength: 8,
});

describe("discounted returns", () => {
  it("add up backwards from the last turn", () => {
    // 4 + .5 * 0; 2 + .5 * 4; 1 + .5 * 4
    expect(discountedReturns([[1, 2, 4], [-1]], 0.5)).toEqual([[3, 4, 4], [-1]]);
  });

  it("are the rewards themselves without a future, and their sum without a discount", () => {
    expect(discountedReturns([[1, 2, 4]], 0)).toEqual([[1, 2, 4]]);
    expect(discountedReturns([[1, 2, 4]], 1)).toEqual([[7, 6, 4]]);
  });

  it("of an episode without turns are none", () => {
    expect(discountedReturns([[], [1]], 0.9)).toEqual([[], [1]]);
  });

  it("agree with the sum that defines them", () => {
    fc.assert(
      fc.property(rewards, fc.double({ min: 0, max: 1, noNaN: true }), (batch, gamma) => {
        const returns = discountedReturns(batch, gamma);
        batch.forEach((episode, n) =>
          episode.forEach((_, t) => {
            const sum = episode.slice(t).reduce((total, reward, k) => total + gamma ** k * reward, 0);
            expect(returns[n]![t]).toBeCloseTo(sum, 10);
          }),
        );
      }),
    );
  });
});

describe("REINFORCE", () => {
  it("takes the returns as they are", () => {
    expect(reinforce({ rewards: [[0, 1], [0.5]] }, { gamma: 0.9 })).toEqual([[0.9, 1], [0.5]]);
  });
});

describe("ReBN", () => {
  it("normalises over all turns of the batch, not over episodes", () => {
    // Returns 1, 1 | 4: mean 2, squared deviations 1 + 1 + 4 = 6.
    const advantages = rebn({ rewards: [[0, 1], [4]] }, { gamma: 1, epsilon: 0 });
    const std = Math.sqrt(6 / 3);
    expect(advantages).toEqual([[-1 / std, -1 / std], [2 / std]]);
  });

  it("divides by the sample's standard deviation on request", () => {
    const advantages = rebn({ rewards: [[0, 1], [4]] }, { gamma: 1, epsilon: 0, std: "sample" });
    const std = Math.sqrt(6 / 2);
    expect(advantages).toEqual([[-1 / std, -1 / std], [2 / std]]);
  });

  it("adds epsilon to the standard deviation, 1e-9 unless told otherwise", () => {
    // Returns 0 and 2: mean 1, population standard deviation 1.
    expect(rebn({ rewards: [[0], [2]] }, { gamma: 1, epsilon: 1 })).toEqual([[-0.5], [0.5]]);
    expect(rebn({ rewards: [[0], [2e-9]] }, { gamma: 1 })).toEqual([[-0.5], [0.5]]);
  });

  it("discounts before it normalises", () => {
    // Returns 0.5, 1 | 0: mean 0.5, squared deviations 0, 0.25, 0.25.
    const std = Math.sqrt(0.5 / 3);
    expect(rebn({ rewards: [[0, 1], [0]] }, { gamma: 0.5, epsilon: 0 })).toEqual([[0, 0.5 / std], [-0.5 / std]]);
  });

  it.each(["population", "sample"] as const)("gives zeros, never NaN, where all returns are equal (%s)", (std) => {
    expect(rebn({ rewards: [[0.1], [0.1], [0.1]] }, { gamma: 1, std })).toEqual([[0], [0], [0]]);
    expect(rebn({ rewards: [[0.7]] }, { gamma: 0.9, std })).toEqual([[0]]);
    expect(rebn({ rewards: [] }, { gamma: 0.9, std })).toEqual([]);
    expect(rebn({ rewards: [[]] }, { gamma: 0.9, std })).toEqual([[]]);
  });

  it("keeps its digits where the returns are large and close, unlike E[x^2] - E[x]^2", () => {
    const [[low], [high]] = rebn({ rewards: [[1e9], [1e9 + 1]] }, { gamma: 1 }) as [[number], [number]];
    expect([low, high]).toEqual([expect.closeTo(-1, 6), expect.closeTo(1, 6)]);
  });

  it("has mean 0 and standard deviation 1, and does not care about shift and scale of a single turn's rewards", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 20 }),
        fc.integer({ min: 1, max: 9 }),
        (values, scale) => {
          fc.pre(new Set(values).size > 1);
          const one = rebn({ rewards: values.map((value) => [value]) }, { gamma: 1 }).flat();
          const other = rebn({ rewards: values.map((value) => [value * scale + 5]) }, { gamma: 1 }).flat();
          expect(one.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 9);
          expect(one.reduce((a, b) => a + b * b, 0) / one.length).toBeCloseTo(1, 6);
          one.forEach((value, i) => expect(other[i]).toBeCloseTo(value, 6));
        },
      ),
    );
  });

  it("is a number for every turn of any batch", () => {
    fc.assert(
      fc.property(rewards, (batch) => {
        const advantages = rebn({ rewards: batch }, { gamma: 0.9 });
        expect(advantages.map((episode) => episode.length)).toEqual(batch.map((episode) => episode.length));
        expect(advantages.flat().every(Number.isFinite)).toBe(true);
      }),
    );
  });
});

describe("the record of algorithms", () => {
  it("names them", () => {
    expect(findAlgorithm("rebn").estimator).toBe(rebn);
    expect(findAlgorithm("reinforce").estimator).toBe(reinforce);
    expect(Object.keys(algorithms)).toEqual(["reinforce", "rebn"]);
  });

  it("suggests what was meant", async () => {
    expect(await caught(() => findAlgorithm("renb"))).toMatchObject({ code: "unknown-id", hint: "Did you mean rebn?" });
    expect(await caught(() => findAlgorithm("toString"))).toMatchObject({ code: "unknown-id" });
  });
});
