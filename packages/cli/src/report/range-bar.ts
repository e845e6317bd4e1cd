import { formatDecimal } from "../format/number.ts";
import type { Estimate } from "../evaluation/scores.ts";
import { escapeHtml } from "./escape-html.ts";
import { createScale } from "./scale.ts";

/** Before and after on one axis. */
export interface RangeBar {
  readonly name: string;
  readonly before: Estimate;
  readonly after: Estimate;
  readonly percent?: boolean;
  readonly limits?: { readonly min?: number; readonly max?: number };
}

/** A line from the mean before to the mean after with standard errors, as inline SVG. */
export function renderRangeBar(bar: RangeBar): string {
  const width = 320;
  const { before, after } = bar;
  const low = Math.min(before.mean - before.error, after.mean - after.error);
  const high = Math.max(before.mean + before.error, after.mean + after.error);
  const x = createScale([low, high], 10, width - 10, 4, bar.limits);
  const write = (value: number): string =>
    bar.percent === true
      ? `${formatDecimal(value * 100, Math.max(0, x.digits - 2))} %`
      : formatDecimal(value, x.digits);
  const at = (value: number): number => Math.round(x.at(value) * 10) / 10;
  const whisker = ({ mean, error }: Estimate, kind: string): string =>
    `<line class="${kind}" x1="${at(mean - error)}" x2="${at(mean + error)}" y1="18" y2="18"/>`;
  const ticks = x.ticks.map(
    (tick) =>
      `<line x1="${at(tick)}" x2="${at(tick)}" y1="33" y2="36"/><text x="${at(tick)}" y="47" text-anchor="middle">${write(tick)}</text>`,
  );
  return `<svg class="range" viewBox="0 0 ${width} 52" role="img" aria-label="${escapeHtml(`${bar.name} before and after`)}">
<g class="axes"><line x1="10" x2="${width - 10}" y1="33" y2="33"/>${ticks.join("")}</g>
<line class="way" x1="${at(before.mean)}" x2="${at(after.mean)}" y1="18" y2="18"/>
${whisker(before, "whisker before")}${whisker(after, "whisker after")}
<circle class="before" cx="${at(before.mean)}" cy="18" r="5.5"/><circle class="after" cx="${at(after.mean)}" cy="18" r="6.5"/>
</svg>`;
}
