import type { Rng } from "@gem-ts/core";
import type { PolicyDatum } from "./batch.ts";

/**
 * Splits a batch at random into `count` parts of about as many sequences, each weighted as if it were the whole: its
 * `N` is its own number of turns. Parts without a turn are left out. One part is the batch in its own order.
 */
export function minibatches(batch: readonly PolicyDatum[], count: number, rng: Rng): PolicyDatum[][] {
  if (count === 1) return [[...batch]];
  const total = transitionsOf(batch);
  const shuffled = rng.shuffle([...batch]);
  const parts: PolicyDatum[][] = [];
  for (let part = 0; part < count; part++) {
    const from = Math.floor((part * shuffled.length) / count);
    const until = Math.floor(((part + 1) * shuffled.length) / count);
    const data = shuffled.slice(from, until);
    const scale = total / transitionsOf(data);
    if (Number.isFinite(scale))
      parts.push(data.map((datum) => ({ ...datum, weights: datum.weights.map((weight) => weight * scale) })));
  }
  return parts;
}

function transitionsOf(batch: readonly PolicyDatum[]): number {
  return batch.reduce((sum, { transitions }) => sum + transitions, 0);
}
