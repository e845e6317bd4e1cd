import { type Architecture, parameterTable } from "../../src/architecture.ts";

/** Big enough to have every kind of parameter and two heads, small enough for loops in double precision. */
export const SMALL: Architecture = { layers: 2, width: 32, heads: 2, context: 16, vocabulary: 32 };

/** Size of the pretended tokenizer: fewer than the rows of the embedding, so that masking shows. */
export const TOKENS = 27;

/** Repeatable numbers in [0, 1): the linear congruential generator of Numerical Recipes. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** Parameters far from their initial values, so that attention is uneven and no gradient is tiny. */
export function someParameters(architecture: Architecture, seed = 1): Float32Array {
  const next = generator(seed);
  const table = parameterTable(architecture);
  const parameters = new Float32Array(table.size);
  for (const { offset, size, init } of table.slots) {
    for (let index = 0; index < size; index++) {
      const noise = (next() - 0.5) * 2;
      parameters[offset + index] = init === "ones" ? 1 + 0.3 * noise : 0.3 * noise;
    }
  }
  return parameters;
}

/** Ids below `limit`. */
export function someIds(count: number, limit: number, seed: number): Int32Array {
  const next = generator(seed);
  return Int32Array.from({ length: count }, () => Math.floor(next() * limit));
}

/** Numbers between `low` and `high`. */
export function someNumbers(count: number, low: number, high: number, seed: number): Float32Array {
  const next = generator(seed);
  return Float32Array.from({ length: count }, () => low + (high - low) * next());
}

/** `|a - b| / |b|` in the Euclidean norm, or `|a|` where `b` is zero. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let size = 0;
  for (let index = 0; index < b.length; index++) {
    difference += (a[index]! - b[index]!) ** 2;
    size += b[index]! ** 2;
  }
  return size === 0 ? Math.sqrt(difference) : Math.sqrt(difference / size);
}
