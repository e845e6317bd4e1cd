/** A whole number with thousands separated: `12,345`. */
export function formatCount(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString("en-US") : "?";
}

/** A large number in a few characters: `842`, `18.4k`, `3.1M`. */
export function formatCompact(value: number): string {
  if (!Number.isFinite(value)) return "?";
  if (Math.abs(value) >= 999_950) return `${(value / 1e6).toFixed(1)}M`;
  if (Math.abs(value) >= 1000) return `${(value / 1000).toFixed(1)}k`;
  return String(Math.round(value));
}

/** A number with a fixed count of decimals; never `-0.00`. */
export function formatDecimal(value: number, digits: number): string {
  if (!Number.isFinite(value)) return "?";
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

/** A difference with its sign: `+0.22`, `-1.30`, `0.00`. */
export function formatChange(value: number, digits: number): string {
  const text = formatDecimal(value, digits);
  return Number(text) > 0 ? `+${text}` : text;
}

/** A mean with its standard error: `0.432 ± 0.022`. */
export function formatEstimate(mean: number, error: number | undefined, digits: number): string {
  const text = formatDecimal(mean, digits);
  return error === undefined ? text : `${text} ± ${formatDecimal(error, digits)}`;
}
