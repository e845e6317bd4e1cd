import type { AdvantageOptions } from "./advantage-estimator.ts";

/**
 * `(x - mean) / (std + epsilon)` of each value, with mean and variance in two passes of double precision: the
 * `E[x^2] - E[x]^2` of GEM's trainers can turn negative by rounding and make a batch of equal returns NaN. Values that
 * are all equal, or a single one, give exact zeros.
 */
export function standardize(values: readonly number[], options: Pick<AdvantageOptions, "std" | "epsilon">): number[] {
  const count = values.length;
  const first = values[0];
  // The mean of equal values is rounded; dividing that residue by epsilon would make noise of it.
  if (first === undefined || values.every((value) => value === first)) return values.map(() => 0);
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / count;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const std = Math.sqrt(squares / (options.std === "sample" ? count - 1 : count));
  const divisor = std + (options.epsilon ?? 1e-9);
  return values.map((value) => (value - mean) / divisor);
}
