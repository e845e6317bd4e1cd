import { createRng } from "@gem-ts/core";
import { type Architecture, parameterTable } from "../../src/architecture.ts";

/**
 * Parameters for tests, three times as wide as at initialisation so that attention is far from uniform; norms, shifts
 * and the value head are random too, so that leaving one out shows. Uniform draws only: the same bits everywhere.
 */
export function randomParameters(architecture: Architecture, seed = 1): Float32Array {
  const rng = createRng(seed);
  const table = parameterTable(architecture);
  const flat = new Float32Array(table.size);
  for (const { name, offset, size, init } of table.slots) {
    const slot = rng.split(name);
    for (let i = offset; i < offset + size; i++) {
      const draw = slot.float() * 2 - 1;
      flat[i] = init === "ones" ? 1 + 0.2 * draw : 3 * 1.7 * (init || 0.02) * draw;
    }
  }
  return flat;
}

/** `length` random token ids below `tokens`. */
export function randomTokens(length: number, tokens: number, seed: number): number[] {
  const rng = createRng(seed);
  return Array.from({ length }, () => rng.int(0, tokens - 1));
}
