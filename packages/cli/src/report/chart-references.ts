import { type Chart, type ChartReference, pixel, type Plot, valueLabel } from "./chart-layout.ts";
import { escapeHtml } from "./escape-html.ts";
import { extent, type Scale } from "./scale.ts";

/** The references that lie near enough to the curve: a far-off one would flatten it, and stays in the table only. */
export function nearReferences(chart: Chart): ChartReference[] {
  return (chart.references ?? []).filter((reference) => near(reference.value, chart));
}

/** Leaves out references whose labels would run into those before them. */
export function apart(references: readonly ChartReference[], y: Scale): ChartReference[] {
  const kept: ChartReference[] = [];
  for (const reference of references) {
    if (kept.every((other) => Math.abs(y.at(other.value) - y.at(reference.value)) >= 15)) kept.push(reference);
  }
  return kept;
}

/** The line of a reference. */
export function referenceLine(reference: ChartReference, { y, left, right }: Plot): string {
  const at = pixel(y.at(reference.value));
  return `<g class="reference"><line x1="${left}" x2="${right}" y1="${at}" y2="${at}"/></g>`;
}

/** Puts a label at that end of its line, above or below it, where it hides the least. */
export function referenceLabel(
  reference: ChartReference,
  chart: Chart,
  smoothed: readonly number[],
  plot: Plot,
): string {
  const { x, y, left, right, top, bottom } = plot;
  const text = `${reference.label}, ${valueLabel(chart, reference.value)}`;
  const at = y.at(reference.value);
  const width = text.length * 5.6;
  const marks = [
    ...chart.values.map((value, index) => [x.at(chart.iterations[index]!), y.at(value), 1] as const),
    ...smoothed.map((value, index) => [x.at(chart.iterations[index]!), y.at(value), 4] as const),
    ...(chart.evaluations ?? []).map(({ iteration, value }) => [x.at(iteration), y.at(value), 8] as const),
  ];
  const hidden = (start: number, low: number): number =>
    marks.reduce((sum, [place, height, weight]) => {
      const inside = place >= start - 4 && place <= start + width + 4 && height >= low - 16 && height <= low + 4;
      return inside ? sum + weight : sum;
    }, 0);
  const places = [
    { start: right - width, low: at - 5, anchor: "end" },
    { start: left + 4, low: at - 5, anchor: "start" },
    { start: right - width, low: at + 14, anchor: "end" },
    { start: left + 4, low: at + 14, anchor: "start" },
  ].filter(({ low }) => low > top + 2 && low < bottom - 2);
  const fallback = { start: right - width, low: at - 5, anchor: "end" };
  const [best = fallback] = places.toSorted((a, b) => hidden(a.start, a.low) - hidden(b.start, b.low));
  const edge = best.anchor === "end" ? right : left + 4;
  return `<g class="reference"><text x="${edge}" y="${pixel(best.low)}" text-anchor="${best.anchor}">${escapeHtml(text)}</text></g>`;
}

function near(value: number, chart: Chart): boolean {
  const shown = extent([...chart.values, ...(chart.evaluations ?? []).map((evaluation) => evaluation.value)]);
  if (shown === undefined) return false;
  const [low, high] = shown;
  const reach = (high - low) * 0.6;
  return value >= low - reach && value <= high + reach;
}
