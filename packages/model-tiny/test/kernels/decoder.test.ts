import { createRng } from "@gem-ts/core";
import { describe, expect, it } from "vitest";
import type { Architecture } from "../../src/architecture.ts";
import { Decoder } from "../../src/kernels/decoder.ts";
import { randomParameters, randomTokens } from "./random-parameters.ts";
import { logSoftmax, referenceForward } from "./reference-forward.ts";

const small: Architecture = { layers: 2, width: 64, heads: 4, context: 64, vocabulary: 64 };
const large: Architecture = { layers: 4, width: 128, heads: 4, context: 64, vocabulary: 128 };
/** One layer, heads of 48: 32 columns and 16 more. */
const odd: Architecture = { layers: 1, width: 96, heads: 2, context: 32, vocabulary: 32 };
const builds = ["relaxed", "plain"] as const;

/** The logits of wanted token `index`, copied. */
function logitsOf(decoder: Decoder, index: number): Float32Array {
  const { vocabulary } = decoder.architecture;
  return decoder.logits.slice(index * vocabulary, (index + 1) * vocabulary);
}

/** The largest difference between the first `tokens` logits. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>, tokens: number): number {
  let most = 0;
  for (let i = 0; i < tokens; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

/** A decoder with random parameters, and the logits the reference gives for any sequence. */
function setUp(architecture: Architecture, rows: number, build: "relaxed" | "plain" = "relaxed") {
  const tokens = architecture.vocabulary - 5;
  const parameters = randomParameters(architecture);
  const decoder = new Decoder({ architecture, rows, capacity: 256, tokens, build });
  decoder.setParameters(parameters);
  const reference = (sequence: readonly number[]) => referenceForward(architecture, parameters, sequence);
  return { decoder, tokens, reference };
}

/** Cuts sequences into random chunks and feeds them in ragged calls; gives the logits of every token. */
function feedInChunks(decoder: Decoder, sequences: readonly (readonly number[])[], longest: number, seed: number) {
  const rng = createRng(seed);
  const fed = sequences.map(() => 0);
  const result: Float32Array[][] = sequences.map(() => []);
  while (fed.some((done, row) => done < sequences[row]!.length)) {
    const tokens: number[] = [];
    const rows: number[] = [];
    sequences.forEach((sequence, row) => {
      const count = Math.min(rng.int(0, longest), sequence.length - fed[row]!);
      for (let i = 0; i < count; i++) {
        tokens.push(sequence[fed[row]!]!);
        rows.push(row);
        fed[row]! += 1;
      }
    });
    expect(decoder.forward({ tokens, rows })).toBe(tokens.length);
    rows.forEach((row, index) => result[row]!.push(logitsOf(decoder, index)));
  }
  return result;
}

describe.each(builds)("a decoder (%s)", (build) => {
  it.each([
    ["L2 D64", small],
    ["L4 D128", large],
    ["L1 D96 with heads of 48", odd],
  ])("matches the reference at every position of ragged rows and chunks: %s", (_name, architecture) => {
    const { decoder, tokens, reference } = setUp(architecture, 4, build);
    const { context } = architecture;
    const sequences = [context, 1, context - 17, 18].map((length, row) => randomTokens(length, tokens, 10 + row));
    const logits = feedInChunks(decoder, sequences, 10, 3);
    let spread = 0;
    sequences.forEach((sequence, row) => {
      const expected = reference(sequence).logits;
      expect(logits[row]).toHaveLength(sequence.length);
      logits[row]!.forEach((found, t) => {
        expect(distance(found, expected[t]!, tokens)).toBeLessThan(1e-5);
        spread = Math.max(spread, Math.max(...found.subarray(0, tokens)) - Math.min(...found.subarray(0, tokens)));
      });
      expect(decoder.length(row)).toBe(sequence.length);
    });
    // Logits that hardly differ from one another would prove little.
    expect(spread).toBeGreaterThan(1);
  });

  it("gives values and final states of the wanted tokens alone, in order", () => {
    const { decoder, tokens, reference } = setUp(small, 2, build);
    const a = randomTokens(9, tokens, 1);
    const b = randomTokens(5, tokens, 2);
    const rows = [...a.map(() => 0), ...b.map(() => 1)];
    const count = decoder.forward({ tokens: [...a, ...b], rows, wanted: [3, 8, 13] });
    expect(count).toBe(3);
    const inA = reference(a);
    const inB = reference(b);
    const expected = [
      [inA, 3],
      [inA, 8],
      [inB, 4],
    ] as const;
    expected.forEach(([output, t], index) => {
      expect(distance(logitsOf(decoder, index), output.logits[t]!, tokens)).toBeLessThan(1e-5);
      expect(decoder.values[index]).toBeCloseTo(output.values[t]!, 5);
      const hidden = decoder.hidden.subarray(index * small.width, (index + 1) * small.width);
      expect(distance(hidden, output.hidden[t]!, small.width)).toBeLessThan(1e-5);
    });
    expect(Math.abs(decoder.values[0]! - decoder.values[1]!)).toBeGreaterThan(1e-3);
  });

  it("gives a token the same bits alone, step by step, as among seven rows in one call", () => {
    const { decoder, tokens } = setUp(large, 7, build);
    const sequences = [33, 20, 1, 16, 17, 5, 2].map((length, row) => randomTokens(length, tokens, 50 + row));
    const together = feedInChunks(decoder, sequences, 64, 1);
    const alone = setUp(large, 1, build).decoder;
    sequences.forEach((sequence, row) => {
      alone.truncate(0);
      sequence.forEach((token, t) => {
        alone.forward({ tokens: [token], rows: [0] });
        expect(logitsOf(alone, 0)).toEqual(together[row]![t]);
      });
    });
  });

  it("goes on from a copied prefix as if the row had read it", () => {
    const { decoder, tokens, reference } = setUp(small, 3, build);
    const prefix = randomTokens(21, tokens, 5);
    const rest = randomTokens(6, tokens, 6);
    decoder.forward({ tokens: randomTokens(40, tokens, 7), rows: Array.from({ length: 40 }, () => 2), wanted: [] });
    decoder.forward({ tokens: prefix, rows: prefix.map(() => 0), wanted: [] });
    decoder.copyPrefix(0, 2, 19);
    expect(decoder.length(2)).toBe(19);
    decoder.forward({ tokens: rest, rows: rest.map(() => 2) });
    const expected = reference([...prefix.slice(0, 19), ...rest]).logits;
    rest.forEach((_, i) => {
      expect(distance(logitsOf(decoder, i), expected[19 + i]!, tokens)).toBeLessThan(1e-5);
    });
    // The source is untouched.
    decoder.forward({ tokens: [3], rows: [0] });
    expect(distance(logitsOf(decoder, 0), reference([...prefix, 3]).logits[21]!, tokens)).toBeLessThan(1e-5);
  });

  it("replaces a row by a new sequence with nothing left of the old one", () => {
    const { decoder, tokens } = setUp(small, 2, build);
    const fresh = setUp(small, 1, build).decoder;
    const second = randomTokens(30, tokens, 9);
    decoder.forward({ tokens: randomTokens(64, tokens, 8), rows: Array.from({ length: 64 }, () => 1), wanted: [] });
    decoder.truncate(1);
    decoder.forward({ tokens: second, rows: second.map(() => 1) });
    fresh.forward({ tokens: second, rows: second.map(() => 0) });
    second.forEach((_, i) => expect(logitsOf(decoder, i)).toEqual(logitsOf(fresh, i)));
  });

  it("goes back to a given position and overwrites what came after", () => {
    const { decoder, tokens, reference } = setUp(small, 1, build);
    const sequence = randomTokens(20, tokens, 11);
    decoder.forward({ tokens: sequence, rows: sequence.map(() => 0), wanted: [] });
    decoder.forward({ tokens: [1, 2], rows: [0, 0], positions: [7, 8] });
    expect(decoder.length(0)).toBe(9);
    const expected = reference([...sequence.slice(0, 7), 1, 2]).logits;
    expect(distance(logitsOf(decoder, 0), expected[7]!, tokens)).toBeLessThan(1e-5);
    expect(distance(logitsOf(decoder, 1), expected[8]!, tokens)).toBeLessThan(1e-5);
  });

  it("is not harmed by what a diverged model left behind in the cache", () => {
    const { decoder, tokens, reference } = setUp(small, 1, build);
    const parameters = randomParameters(small);
    decoder.setParameters(parameters.map(() => Number.NaN));
    decoder.forward({ tokens: randomTokens(64, tokens, 1), rows: Array.from({ length: 64 }, () => 0), wanted: [63] });
    expect(decoder.logits[0]).toBeNaN();
    decoder.setParameters(parameters);
    decoder.truncate(0);
    const sequence = randomTokens(18, tokens, 2);
    decoder.forward({ tokens: sequence, rows: sequence.map(() => 0), wanted: [17] });
    expect(distance(logitsOf(decoder, 0), reference(sequence).logits[17]!, tokens)).toBeLessThan(1e-5);
  });

  it("masks the ids past the tokenizer's", () => {
    const { decoder, tokens } = setUp(small, 1, build);
    decoder.forward({ tokens: [1, 2], rows: [0, 0] });
    for (let index = 0; index < 2; index++) {
      const logits = logitsOf(decoder, index);
      expect([...logits.subarray(tokens)]).toEqual(Array.from({ length: 5 }, () => -Infinity));
      expect(logits.subarray(0, tokens).every(Number.isFinite)).toBe(true);
    }
  });

  it("tells the log-probability of any token", () => {
    const { decoder, tokens, reference } = setUp(small, 1, build);
    const sequence = randomTokens(6, tokens, 4);
    decoder.forward({ tokens: sequence, rows: sequence.map(() => 0) });
    const { logits } = reference(sequence);
    sequence.forEach((_, t) => {
      const expected = logSoftmax(logits[t]!, tokens);
      for (let token = 0; token < tokens; token++) {
        expect(Math.abs(decoder.logprob(t, token) - expected[token]!)).toBeLessThan(1e-5);
      }
    });
  });
});

describe("the two builds", () => {
  it("agree within 1e-5", () => {
    const [relaxed, plain] = builds.map((build) => {
      const { decoder, tokens } = setUp(large, 3, build);
      const sequences = [64, 30, 7].map((length, row) => randomTokens(length, tokens, row));
      return feedInChunks(decoder, sequences, 12, 5).flat();
    });
    relaxed!.forEach((logits, i) => expect(distance(logits, plain![i]!, 123)).toBeLessThan(1e-5));
  });

  it("give, when plain, the same bits on every machine", () => {
    const { decoder, tokens } = setUp(large, 1, "plain");
    const sequence = randomTokens(64, tokens, 77);
    decoder.forward({ tokens: sequence, rows: sequence.map(() => 0) });
    const bits = new Uint32Array(decoder.logits.slice(0, 64 * large.vocabulary).buffer);
    // FNV-1a over the words.
    const hash = bits.reduce((hash, word) => Math.imul(hash ^ word, 16777619), 2166136261) >>> 0;
    expect(hash).toBe(2428279531);
  });
});
