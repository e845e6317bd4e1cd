import { describe, expect, it } from "vitest";
import type { Architecture } from "../../src/architecture.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { decoderBytes } from "../../src/kernels/decoder-buffers.ts";
import type { DecoderOptions } from "../../src/kernels/decoder-options.ts";
import { Decoder } from "../../src/kernels/decoder.ts";
import { createMemory } from "../../src/kernels/memory.ts";
import type { TokenList } from "../../src/kernels/token-list.ts";
import { randomParameters } from "./random-parameters.ts";

const architecture: Architecture = { layers: 1, width: 32, heads: 2, context: 32, vocabulary: 32 };
const options: DecoderOptions = { architecture, rows: 2, capacity: 8, wanted: 4, tokens: 20 };

function filled(): Decoder {
  const decoder = new Decoder(options);
  decoder.setParameters(randomParameters(architecture));
  decoder.forward({ tokens: [1, 2, 3], rows: [0, 0, 0], wanted: [2] });
  return decoder;
}

describe("a decoder refuses", () => {
  it.each<[string, TokenList, RegExp]>([
    ["an id of no token", { tokens: [20], rows: [0] }, /token ids are 0 to 19, got 20/],
    ["a fraction of a token", { tokens: [1.5], rows: [0] }, /got 1.5/],
    ["a row it does not have", { tokens: [1], rows: [2] }, /rows are 0 to 1, got 2/],
    ["lists of different lengths", { tokens: [1, 2], rows: [0] }, /equally long/],
    ["a gap", { tokens: [1], rows: [0], positions: [4] }, /row 0 has 3 tokens: the next cannot stand at 4/],
    ["a negative position", { tokens: [1], rows: [0], positions: [-1] }, /cannot stand at -1/],
    ["going back within a call", { tokens: [1, 1], rows: [0, 0], positions: [3, 3] }, /back to position 3 within/],
    ["more than its capacity", { tokens: Array(9).fill(1), rows: Array(9).fill(0) }, /9 tokens in one call/],
    ["more wanted than fit", { tokens: Array(5).fill(1), rows: Array(5).fill(1) }, /5 wanted tokens/],
    ["wanted indices past the list", { tokens: [1], rows: [0], wanted: [1] }, /wanted indices must rise/],
    ["wanted indices that fall", { tokens: [1, 2], rows: [0, 0], wanted: [1, 0] }, /got 0 after 1/],
  ])("%s, and stays as it was", (_name, list, message) => {
    const decoder = filled();
    expect(() => decoder.forward(list)).toThrow(message);
    expect(() => decoder.forward(list)).toThrow(expect.objectContaining({ code: "bad-option" }));
    expect([decoder.length(0), decoder.length(1)]).toEqual([3, 0]);
    // It still goes on as an untouched one does.
    const twin = filled();
    for (const each of [decoder, twin]) each.forward({ tokens: [4, 5], rows: [0, 1] });
    expect(decoder.logits.slice(0, 64)).toEqual(twin.logits.slice(0, 64));
  });

  it("a token past the context", () => {
    const decoder = filled();
    const rows = Array<number>(8).fill(1);
    for (let i = 0; i < 4; i++) decoder.forward({ tokens: rows, rows, wanted: [] });
    expect(decoder.length(1)).toBe(32);
    expect(() => decoder.forward({ tokens: [1], rows: [1] })).toThrow(/row 1 is full: it holds 32 tokens/);
  });

  it("to keep or copy more of a row than there is", () => {
    const decoder = filled();
    expect(() => decoder.truncate(0, 4)).toThrow(/row 0 has 3 tokens/);
    expect(() => decoder.copyPrefix(0, 1, 4)).toThrow(/row 0 has 3 tokens/);
    expect(() => decoder.copyPrefix(0, 5, 2)).toThrow(/got 5/);
    expect(() => decoder.truncate(7)).toThrow(/got 7/);
    expect(() => decoder.length(-1)).toThrow(/got -1/);
  });

  it("to draw from a token that was not wanted, or with numbers out of range", () => {
    const decoder = filled();
    expect(() => decoder.sample({ index: 1, uniform: 0 })).toThrow(/wanted 1 tokens: there is no index 1/);
    expect(() => decoder.logprob(-1, 0)).toThrow(/no index -1/);
    expect(() => decoder.logprob(0, 20)).toThrow(/got 20/);
    expect(() => decoder.sample({ index: 0, uniform: 1 })).toThrow(/uniform/);
    expect(() => decoder.sample({ index: 0, uniform: Number.NaN })).toThrow(/uniform/);
    expect(() => decoder.sample({ index: 0, uniform: 0, temperature: -1 })).toThrow(/temperature/);
    expect(() => decoder.sample({ index: 0, uniform: 0, temperature: 1e-9 })).toThrow(/temperature/);
    expect(() => decoder.sample({ index: 0, uniform: 0, topP: 1.1 })).toThrow(/topP/);
    expect(() => decoder.forward({ tokens: [1], rows: [9] })).toThrow(/got 9/);
    expect(() => decoder.sample({ index: 0, uniform: 0 })).toThrow(/wanted 0 tokens/);
  });

  it.each<[string, Partial<DecoderOptions>, RegExp]>([
    ["a width", { architecture: { ...architecture, width: 48 } }, /width must be a multiple of 32/],
    ["heads", { architecture: { ...architecture, heads: 4 } }, /width \/ heads must be a multiple of 16/],
    ["a vocabulary", { architecture: { ...architecture, vocabulary: 100 } }, /vocabulary must be a multiple of 32/],
    ["a context", { architecture: { ...architecture, context: 40 } }, /context must be a multiple of 16/],
    ["no layers", { architecture: { ...architecture, layers: 0 } }, /layers must be/],
    ["a shorter context", { context: 24 }, /context must be a multiple of 16/],
    ["a longer context", { context: 48 }, /at most 32/],
    ["more tokens than ids", { tokens: 33 }, /tokens must be 1 to 32/],
    ["no rows", { rows: 0 }, /rows must be/],
    ["more wanted than capacity", { wanted: 9 }, /wanted must be 1 to 8/],
  ])("%s that the kernels cannot take", (_name, changed, message) => {
    expect(() => new Decoder({ ...options, ...changed })).toThrow(message);
  });

  it("an arena that is too small, parameters of another network", () => {
    const arena = createArena({ memory: createMemory({ bytes: decoderBytes(options) / 2 }) });
    expect(() => new Decoder({ ...options, arena })).toThrow(/an arena of \d+ bytes has \d+ left/);
    expect(() => new Decoder(options).setParameters(new Float32Array(7))).toThrow(/expected \d+ parameters, got 7/);
  });

  it("kernels or weights of another memory or network", () => {
    const other = new Decoder({ ...options, architecture: { ...architecture, layers: 2 } });
    const arena = createArena({ memory: createMemory({ bytes: decoderBytes(options) }) });
    expect(() => new Decoder({ ...options, arena, kernels: other.kernels })).toThrow(/kernels must be given together/);
    expect(() => new Decoder({ ...options, arena, weights: other.weights })).toThrow(/weights must be given together/);
    const beside = { ...other.weights, memory: arena.memory };
    expect(() => new Decoder({ ...options, arena, weights: beside })).toThrow(/of another architecture/);
  });
});
