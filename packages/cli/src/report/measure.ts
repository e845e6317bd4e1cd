import type { Estimate } from "../evaluation/scores.ts";
import { formatChange, formatDecimal } from "../format/number.ts";

/** One of the numbers that every table and the charts show. */
export interface Measure {
  readonly key: "success" | "turns" | "return";
  readonly title: string;
  readonly digits: number;
  /** Shares are written in per cent. */
  readonly percent: boolean;
  /** Whether more is better; `undefined` where that depends on the game. */
  readonly moreIsBetter: true | undefined;
  /** Values that no scale goes beyond. */
  readonly limits: { readonly min?: number; readonly max?: number };
}

/** The measures in their order. */
export const MEASURES: readonly [Measure, Measure, Measure] = [
  { key: "success", title: "Success", digits: 3, percent: true, moreIsBetter: true, limits: { min: 0, max: 1 } },
  { key: "turns", title: "Turns", digits: 2, percent: false, moreIsBetter: undefined, limits: { min: 0 } },
  { key: "return", title: "Return", digits: 3, percent: false, moreIsBetter: true, limits: {} },
];

/** A value in few digits: `63.4 %`, `5.79`. */
export function shortValue(mean: number, { percent }: Measure): string {
  return percent ? formatPercent(mean) : formatDecimal(mean, 2);
}

/** A mean and its standard error as HTML. */
export function estimateHtml({ mean, error }: Estimate, { percent, digits }: Measure): string {
  const main = percent ? formatPercent(mean) : formatDecimal(mean, digits);
  return `${main} ${errorHtml(error, percent, digits)}`;
}

/** A difference and its standard error as HTML. */
export function changeHtml({ mean, error }: Estimate, { percent, digits }: Measure): string {
  const main = percent ? formatChange(mean * 100, 1) : formatChange(mean, digits);
  return `${main} ${errorHtml(error, percent, digits)}`;
}

/** A share in per cent. */
export function formatPercent(share: number): string {
  return `${formatDecimal(share * 100, 1)} %`;
}

function errorHtml(error: number, percent: boolean, digits: number): string {
  return `<span class="error">± ${percent ? formatDecimal(error * 100, 1) : formatDecimal(error, digits)}</span>`;
}
