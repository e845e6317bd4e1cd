import { createRng } from "@gem-ts/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Architecture } from "../../src/architecture.ts";
import { Decoder } from "../../src/kernels/decoder.ts";
import { logSoftmax } from "./reference-forward.ts";

const architecture: Architecture = { layers: 1, width: 32, heads: 2, context: 16, vocabulary: 128 };
const tokens = 100;

/** A decoder whose last logits are `logits`, masked like a real call's. */
function decoderWith(logits: ArrayLike<number>, build: "relaxed" | "plain" = "relaxed"): Decoder {
  const decoder = new Decoder({ architecture, rows: 1, capacity: 1, tokens, build });
  decoder.forward({ tokens: [0], rows: [0] });
  decoder.logits.set(Array.from(logits).slice(0, tokens));
  return decoder;
}

function randomLogits(seed: number, spread: number): Float32Array {
  const rng = createRng(seed);
  return Float32Array.from({ length: tokens }, () => spread * rng.normal());
}

/** The exact nucleus after temperature: the most likely tokens, with all ties of the last one. */
function nucleus(logits: Float32Array, temperature: number, topP: number): Set<number> {
  const probabilities = logSoftmax(
    logits.map((x) => x / temperature),
    tokens,
  ).map(Math.exp);
  const order = [...probabilities.keys()].toSorted((a, b) => probabilities[b]! - probabilities[a]!);
  const kept = new Set<number>();
  let mass = 0;
  for (const token of order) {
    const last = [...kept].at(-1);
    if (mass >= topP && last !== undefined && logits[token] !== logits[last]) break;
    kept.add(token);
    mass += probabilities[token]!;
  }
  return kept;
}

/** Pearson's statistic of `counts` against probabilities, cells expecting less than 5 pooled; with its degrees. */
function chiSquare(counts: readonly number[], probabilities: Float64Array): { statistic: number; degrees: number } {
  const draws = counts.reduce((a, b) => a + b, 0);
  let statistic = 0;
  let degrees = -1;
  let pooledCount = 0;
  let pooled = 0;
  probabilities.forEach((probability, i) => {
    const expected = probability * draws;
    if (expected < 5) {
      pooled += expected;
      pooledCount += counts[i]!;
      return;
    }
    statistic += (counts[i]! - expected) ** 2 / expected;
    degrees++;
  });
  if (pooled >= 5) {
    statistic += (pooledCount - pooled) ** 2 / pooled;
    degrees++;
  }
  return { statistic, degrees };
}

function countDraws(decoder: Decoder, draws: number, seed: number, options: { temperature?: number; topP?: number }) {
  const rng = createRng(seed);
  const counts = Array.from({ length: tokens }, () => 0);
  for (let i = 0; i < draws; i++) counts[decoder.sample({ index: 0, uniform: rng.float(), ...options }).token]!++;
  return counts;
}

describe.each(["relaxed", "plain"] as const)("the sampler (%s)", (build) => {
  it.each([1, 0.7, 1.5])("draws as the softmax says at temperature %d", (temperature) => {
    const logits = randomLogits(1, 1.5);
    const counts = countDraws(decoderWith(logits, build), 40_000, 2, { temperature });
    const scaled = logits.map((x) => x / temperature);
    const { statistic, degrees } = chiSquare(counts, logSoftmax(scaled, tokens).map(Math.exp));
    expect(degrees).toBeGreaterThan(50);
    // Five standard deviations of a chi-square with that many degrees; the draws are seeded, so this never flickers.
    expect(statistic).toBeLessThan(degrees + 5 * Math.sqrt(2 * degrees));
    expect(statistic).toBeGreaterThan(degrees - 5 * Math.sqrt(2 * degrees));
  });

  it("draws as the renormalised nucleus says", () => {
    const logits = randomLogits(3, 1);
    const kept = nucleus(logits, 0.8, 0.7);
    expect(kept.size).toBeGreaterThan(5);
    expect(kept.size).toBeLessThan(80);
    const counts = countDraws(decoderWith(logits, build), 40_000, 4, { temperature: 0.8, topP: 0.7 });
    const masked = logits.map((x, i) => (kept.has(i) ? x / 0.8 : -Infinity));
    const { statistic, degrees } = chiSquare(counts, logSoftmax(masked, tokens).map(Math.exp));
    expect(statistic).toBeLessThan(degrees + 5 * Math.sqrt(2 * degrees));
    counts.forEach((count, token) => expect(count > 0).toBe(kept.has(token)));
  });

  it("tells both log-probabilities", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.constantFrom(1, 0.3, 0.7, 2),
        fc.constantFrom(1, 0.999, 0.9, 0.5, 0.1, 0),
        (seed, uniform, temperature, topP) => {
          const logits = randomLogits(seed, 3);
          const decoder = decoderWith(logits, build);
          const draw = decoder.sample({ index: 0, uniform, temperature, topP });
          const kept = topP === 1 ? new Set(logits.keys()) : nucleus(logits, temperature, topP);
          expect(kept).toContain(draw.token);
          expect(Math.abs(draw.logprob - logSoftmax(logits, tokens)[draw.token]!)).toBeLessThan(2e-6);
          expect(draw.logprob).toBe(decoder.logprob(0, draw.token));
          const scaled = logits.map((x, i) => (kept.has(i) ? x / temperature : -Infinity));
          const behaviour = logSoftmax(scaled, tokens)[draw.token]!;
          expect(Math.abs(draw.behaviourLogprob - behaviour)).toBeLessThan(2e-5);
        },
      ),
      { numRuns: 150, seed: 7 },
    );
  });

  it("draws the token whose stretch of the cumulative distribution holds the uniform number", () => {
    const logits = randomLogits(5, 1);
    const decoder = decoderWith(logits, build);
    const probabilities = logSoftmax(logits, tokens).map(Math.exp);
    let before = 0;
    probabilities.forEach((probability, token) => {
      expect(decoder.sample({ index: 0, uniform: before + probability / 2 }).token).toBe(token);
      before += probability;
    });
  });

  it("draws the same token for the same number, and never one with a masked logit", () => {
    const logits = randomLogits(6, 4);
    const decoder = decoderWith(logits, build);
    for (const uniform of [0, 2 ** -53, 0.1, 0.5, 1 - 2 ** -20, 1 - 2 ** -53]) {
      for (const topP of [1, 0.9]) {
        const draw = decoder.sample({ index: 0, uniform, topP });
        expect(draw.token).toBeLessThan(tokens);
        expect(decoder.sample({ index: 0, uniform, topP })).toEqual(draw);
        expect(draw.logprob).toBeLessThan(0);
      }
    }
  });

  it("takes the first of the most likely tokens at temperature 0", () => {
    const logits = randomLogits(8, 1);
    logits[41] = logits[73] = 9;
    const draw = decoderWith(logits, build).sample({ index: 0, uniform: 0.99, temperature: 0, topP: 0.5 });
    expect(draw.token).toBe(41);
    expect(draw.behaviourLogprob).toBe(0);
    expect(draw.logprob).toBeCloseTo(logSoftmax(logits, tokens)[41]!, 5);
  });

  it("treats equally likely tokens equally", () => {
    const counts = countDraws(decoderWith(new Float32Array(tokens), build), 5000, 9, { topP: 0.5 });
    expect(counts.every((count) => count > 0)).toBe(true);
  });

  it("refuses logits that are no distribution, wherever it stands that breaks them, and draws again after", () => {
    const good = randomLogits(10, 1);
    const decoder = decoderWith(good, build);
    const expected = decoder.sample({ index: 0, uniform: 0.4 });
    const refusal = expect.objectContaining({ code: "unsupported", message: expect.stringContaining("diverged") });
    const broken = [
      ...[0, 5, 31, 32, 99].flatMap((place) => [NaN, Infinity].map((value) => good.with(place, value))),
      new Float32Array(tokens).fill(NaN),
      new Float32Array(tokens).fill(-Infinity),
    ];
    for (const logits of broken) {
      decoder.logits.set(logits);
      for (const temperature of [0, 1, 0.7]) {
        for (const topP of [1, 0.9]) {
          expect(() => decoder.sample({ index: 0, uniform: 0.4, temperature, topP })).toThrow(refusal);
        }
      }
      expect(() => decoder.logprob(0, 3)).toThrow(refusal);
    }
    decoder.logits.set(good);
    expect(decoder.sample({ index: 0, uniform: 0.4 })).toEqual(expected);
  });

  it("is certain when one token has all the probability, however low the temperature", () => {
    const logits = new Float32Array(tokens).fill(-200);
    logits[99] = 300;
    for (const temperature of [1, 0.001, 50]) {
      const draw = decoderWith(logits, build).sample({ index: 0, uniform: 0, temperature, topP: 0.3 });
      expect(draw.token).toBe(99);
      expect(draw.logprob).toBe(0);
      expect(draw.behaviourLogprob).toBeCloseTo(0, 6);
    }
  });
});
