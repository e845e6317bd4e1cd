const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** A curve in `width` characters, scaled from `min` to `max`; long series are averaged into as many bins. */
export function sparkline(values: readonly number[], width: number, min: number, max: number): string {
  const count = Math.min(width, values.length);
  let line = "";
  for (let bin = 0; bin < count; bin++) {
    const from = Math.floor((bin * values.length) / count);
    const to = Math.max(from + 1, Math.floor(((bin + 1) * values.length) / count));
    const part = values.slice(from, to);
    const mean = part.reduce((total, value) => total + value, 0) / part.length;
    const level = max > min ? Math.floor(((mean - min) / (max - min)) * BARS.length) : 0;
    line += BARS[Math.min(BARS.length - 1, Math.max(0, level))];
  }
  return line;
}

/** A bar `width` characters wide, filled to `share` in eighths of a character. */
export function progressBar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]!;
  return ("█".repeat(Math.floor(eighths / 8)) + partial).padEnd(width, "░");
}
