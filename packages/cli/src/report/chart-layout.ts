import { formatDecimal } from "../format/number.ts";
import { createScale, extent, type Scale } from "./scale.ts";

/** A held-out evaluation on a chart. */
export interface ChartEvaluation {
  readonly iteration: number;
  readonly value: number;
  /** Standard error, where one is known. */
  readonly error?: number;
}

/** A horizontal line to measure against. */
export interface ChartReference {
  readonly label: string;
  readonly value: number;
}

/** What a chart shows. */
export interface Chart {
  readonly title: string;
  /** Shown after the title, such as the direction that is better. */
  readonly note?: string;
  readonly iterations: readonly number[];
  /** One value an iteration; `NaN` leaves a gap. */
  readonly values: readonly number[];
  readonly evaluations?: readonly ChartEvaluation[];
  readonly references?: readonly ChartReference[];
  /** Decimals in readouts. */
  readonly digits: number;
  /** Shares are written in per cent. */
  readonly percent?: boolean;
  /** The scale never goes beyond these. */
  readonly limits?: { readonly min?: number; readonly max?: number };
}

/** Size of a chart in its own units; it scales with the page. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

/** Where things are on a chart, in its own units. */
export interface Plot {
  readonly x: Scale;
  readonly y: Scale;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Finds the scales that hold everything a chart shows. */
export function layOut(chart: Chart, references: readonly ChartReference[], { width, height }: ChartSize): Plot {
  const evaluations = chart.evaluations ?? [];
  const values = [
    ...chart.values,
    ...evaluations.flatMap(({ value, error = 0 }) => [value - error, value + error]),
    ...references.map(({ value }) => value),
  ];
  const top = 10;
  const bottom = height - 26;
  const right = width - 10;
  const y = createScale(values, bottom, top, Math.max(2, Math.round(height / 50)), chart.limits);
  const left = 14 + 6.4 * Math.max(...y.ticks.map((tick) => axisLabel(chart, y, tick).length), 2);
  const places = [...chart.iterations, ...evaluations.map(({ iteration }) => iteration)];
  const x = linear(...(extent([...places, 1, 2]) ?? [1, 2]), left, right, Math.round(width / 110));
  return { x, y, left, right, top, bottom };
}

/** A scale that starts and ends exactly at its bounds, with ticks at whole numbers. */
function linear(min: number, max: number, from: number, to: number, count: number): Scale {
  const { ticks } = createScale([min, max], from, to, count, { min, max });
  return {
    min,
    max,
    ticks: ticks.filter((tick) => Math.abs(tick - Math.round(tick)) < 1e-6).map(Math.round),
    digits: 0,
    at: (value) => from + ((value - min) / (max - min)) * (to - from),
  };
}

/** A tick as the axis shows it. */
export function axisLabel(chart: Chart, scale: Scale, tick: number): string {
  return chart.percent === true
    ? `${formatDecimal(tick * 100, Math.max(0, scale.digits - 2))} %`
    : formatDecimal(tick, scale.digits);
}

/** A value as readouts and labels show it. */
export function valueLabel(chart: Chart, value: number): string {
  return chart.percent === true ? `${formatDecimal(value * 100, 1)} %` : formatDecimal(value, chart.digits);
}

/** A place to a tenth of a unit. */
export function pixel(value: number): number {
  return Math.round(value * 10) / 10;
}
