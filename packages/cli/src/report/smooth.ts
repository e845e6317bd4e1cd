/**
 * A smoothed series: each value is the mean of its neighbours under a Gaussian whose deviation is `width` places.
 * At the ends the kernel is cut and weighted anew, so that the curve is not pulled towards zero.
 */
export function smooth(values: readonly number[], width: number): number[] {
  const radius = Math.ceil(width * 3);
  return values.map((_, index) => {
    let total = 0;
    let weights = 0;
    for (let at = Math.max(0, index - radius); at <= Math.min(values.length - 1, index + radius); at++) {
      const value = values[at]!;
      if (!Number.isFinite(value)) continue;
      const weight = Math.exp(-((at - index) ** 2) / (2 * width * width));
      total += weight * value;
      weights += weight;
    }
    return weights === 0 ? Number.NaN : total / weights;
  });
}
