/** Sequences that run together as rows of one padded batch. */
export interface LengthBucket {
  /** Which sequences. */
  readonly sequences: readonly number[];
  /** Tokens a row. */
  readonly length: number;
}

/** Row lengths are rounded up to a multiple of this, so that a runtime meets few different shapes. */
const STEP = 8;

/**
 * Puts sequences of like length together, longest first, in batches of about `tokensPerRun` tokens at most (one row at
 * least). Depends on nothing but the lengths.
 */
export function lengthBuckets(lengths: ArrayLike<number>, tokensPerRun: number, context: number): LengthBucket[] {
  const order = Array.from({ length: lengths.length }, (_, index) => index).sort(
    (a, b) => lengths[b]! - lengths[a]! || a - b,
  );
  const buckets: LengthBucket[] = [];
  for (let begin = 0; begin < order.length;) {
    const length = Math.min(context, Math.ceil(lengths[order[begin]!]! / STEP) * STEP);
    const end = Math.min(order.length, begin + Math.max(1, Math.floor(tokensPerRun / length)));
    buckets.push({ sequences: order.slice(begin, end), length });
    begin = end;
  }
  return buckets;
}

/** Deals sequences to `engines`, the longest first, each to the engine with the fewest tokens so far. */
export function dealSequences(lengths: ArrayLike<number>, engines: number): number[][] {
  const order = Array.from({ length: lengths.length }, (_, index) => index).sort(
    (a, b) => lengths[b]! - lengths[a]! || a - b,
  );
  const hands = Array.from({ length: engines }, (): number[] => []);
  const load = new Float64Array(engines);
  for (const sequence of order) {
    const least = load.indexOf(Math.min(...load));
    hands[least]!.push(sequence);
    load[least]! += lengths[sequence]!;
  }
  return hands;
}
