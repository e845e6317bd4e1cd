/** A linear map from values to pixels with round tick values. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
  /** Decimals that tell the ticks apart. */
  readonly digits: number;
  at(value: number): number;
}

/** A scale over `values` with about `count` ticks, drawn from pixel `from` to pixel `to`. */
export function createScale(
  values: readonly number[],
  from: number,
  to: number,
  count: number,
  limits: { readonly min?: number; readonly max?: number } = {},
): Scale {
  let [low, high] = extent(values) ?? [0, 1];
  if (high - low < 1e-9) {
    const margin = Math.max(Math.abs(high) * 0.1, 0.05);
    low -= margin;
    high += margin;
  }
  const padding = (high - low) * 0.06;
  low = Math.max(limits.min ?? -Infinity, low - padding);
  high = Math.min(limits.max ?? Infinity, high + padding);
  if (high <= low) {
    low = limits.min ?? high - 1;
    high = limits.max ?? low + 1;
  }
  const step = roundStep((high - low) / count);
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high + step * 1e-6; tick += step) ticks.push(tick);
  return {
    min: low,
    max: high,
    ticks,
    digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)),
    at: (value) => from + ((value - low) / (high - low)) * (to - from),
  };
}

/** The smallest of 1, 2 and 5 times a power of ten that is at least `step`. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= step * 0.999) ?? 10;
  return factor * power;
}

/** The smallest and the largest finite value; `undefined` where there is none. */
export function extent(values: readonly number[]): [low: number, high: number] | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}
