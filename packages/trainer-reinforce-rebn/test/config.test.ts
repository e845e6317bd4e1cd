import { describe, expect, it } from "vitest";
import { algorithms, trainingConfig } from "../src/index.ts";
import { caught } from "./fixtures/caught.ts";

describe("a training configuration", () => {
  it("has the paper's values where nothing else is said", () => {
    expect(trainingConfig({ env: "game:GuessTheNumber-v0" })).toMatchObject({
      algorithm: "rebn",
      gamma: 0.9,
      epochs: 2,
      minibatches: 1,
      clipLow: 0.2,
      clipHigh: 0.2,
      clipNorm: 1,
      beta1: 0.9,
      beta2: 0.95,
      weightDecay: 0,
      importanceCap: 2,
      temperature: 1,
      evaluationEpisodes: 500,
    });
  });

  it("divides losses by the longest response unless told otherwise", () => {
    expect(trainingConfig({ env: "a:B-v0" }).lengthDivisor).toBe(32);
    expect(trainingConfig({ env: "a:B-v0", maxTokens: 8 }).lengthDivisor).toBe(8);
    expect(trainingConfig({ env: "a:B-v0", maxTokens: 8, lengthDivisor: 3 }).lengthDivisor).toBe(3);
  });

  it("takes an algorithm's defaults before the general ones, and what was given before both", () => {
    const known = { ...algorithms, undiscounted: { ...algorithms["rebn"]!, defaults: { gamma: 1 } } };
    expect(trainingConfig({ env: "a:B-v0", algorithm: "undiscounted" }, known).gamma).toBe(1);
    expect(trainingConfig({ env: "a:B-v0", algorithm: "undiscounted", gamma: undefined }, known).gamma).toBe(1);
    expect(trainingConfig({ env: "a:B-v0", algorithm: "undiscounted", gamma: 0.5 }, known).gamma).toBe(0.5);
  });

  it("is the same after a round trip through JSON", () => {
    const config = trainingConfig({ env: "a:B-v0", setup: { style: "compact", deep: [1, { two: null }] } });
    expect(trainingConfig(JSON.parse(JSON.stringify(config)) as typeof config)).toEqual(config);
  });

  it("refuses what cannot be", async () => {
    expect(await caught(() => trainingConfig({ env: "a:B-v0", gamma: 1.5 }))).toMatchObject({
      code: "bad-config",
      message: expect.stringContaining("gamma"),
    });
    expect(await caught(() => trainingConfig({ env: "a:B-v0", episodesPerIteration: 0 }))).toMatchObject({
      code: "bad-config",
    });
    expect(await caught(() => trainingConfig({ env: "a:B-v0", learningRat: 1 } as never))).toMatchObject({
      code: "bad-config",
      hint: "Did you mean learningRate?",
    });
    expect(await caught(() => trainingConfig({ env: "a:B-v0", algorithm: "reinforc" }))).toMatchObject({
      code: "unknown-id",
    });
  });
});
