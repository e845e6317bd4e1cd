import {
  axisLabel,
  type Chart,
  type ChartEvaluation,
  type ChartSize,
  layOut,
  pixel,
  type Plot,
  valueLabel,
} from "./chart-layout.ts";
import { apart, nearReferences, referenceLabel, referenceLine } from "./chart-references.ts";
import { escapeHtml, escapeScriptJson } from "./escape-html.ts";
import { smooth } from "./smooth.ts";

/** A chart as a figure: caption, readout and inline SVG; the script of the page adds hovering. */
export function renderChart(chart: Chart, size: ChartSize): string {
  const smoothed = smooth(chart.values, Math.max(1, Math.sqrt(chart.values.length) / 3));
  const candidates = nearReferences(chart);
  const plot = layOut(chart, candidates, size);
  const references = apart(candidates, plot.y);
  const last = smoothed.at(-1);
  const summary =
    last === undefined
      ? "no iterations"
      : `${valueLabel(chart, smoothed[0]!)} at the start, ${valueLabel(chart, last)} at the end`;
  const data = {
    x: chart.iterations,
    raw: chart.values.map((value) => round(value)),
    smooth: smoothed.map((value) => round(value)),
    evaluations: (chart.evaluations ?? []).map(({ iteration, value }) => [iteration, round(value)]),
    digits: chart.digits,
    percent: chart.percent === true,
    left: plot.left,
    right: plot.right,
    scale: { x: [plot.x.min, plot.x.max], y: [plot.y.min, plot.y.max], top: plot.top, bottom: plot.bottom },
  };
  const note = chart.note === undefined ? "" : ` <span>${escapeHtml(chart.note)}</span>`;
  return `<figure class="chart">
<figcaption><b>${escapeHtml(chart.title)}</b>${note}<output></output></figcaption>
<svg viewBox="0 0 ${size.width} ${size.height}" role="img" tabindex="0" aria-label="${escapeHtml(`${chart.title}: ${summary}`)}">
${axes(chart, plot)}
${references.map((reference) => referenceLine(reference, plot)).join("")}
<path class="raw" d="${polyline(chart.iterations, chart.values, plot)}"/>
<g class="dots">${dots(chart.iterations, chart.values, plot)}</g>
<path class="trend" d="${polyline(...thin(chart.iterations, smoothed), plot)}"/>
${(chart.evaluations ?? []).map((evaluation) => evaluationMark(evaluation, plot)).join("")}
${references.map((reference) => referenceLabel(reference, chart, smoothed, plot)).join("")}
<g class="hover" visibility="hidden"><line y1="${plot.top}" y2="${plot.bottom}"/><circle r="4"/></g>
</svg>
<script type="application/json">${escapeScriptJson(data)}</script>
</figure>`;
}

function axes(chart: Chart, { x, y, left, right, bottom }: Plot): string {
  const rows = y.ticks.map((tick) => {
    const at = pixel(y.at(tick));
    return `<line x1="${left}" x2="${right}" y1="${at}" y2="${at}"/><text x="${left - 8}" y="${at}" dy=".32em" text-anchor="end">${axisLabel(chart, y, tick)}</text>`;
  });
  const columns = x.ticks.map(
    (tick) => `<text x="${pixel(x.at(tick))}" y="${bottom + 18}" text-anchor="middle">${tick}</text>`,
  );
  return `<g class="axes">${rows.join("")}${columns.join("")}</g>`;
}

/** At most some hundred places of a curve that is smooth between them, the ends among them. */
function thin(places: readonly number[], values: readonly number[]): [number[], number[]] {
  const most = 300;
  const count = Math.min(most, values.length);
  const kept = Array.from({ length: count }, (_, index) =>
    count === 1 ? 0 : Math.round((index * (values.length - 1)) / (count - 1)),
  );
  return [kept.map((index) => places[index]!), kept.map((index) => values[index]!)];
}

function evaluationMark({ iteration, value, error }: ChartEvaluation, { x, y }: Plot): string {
  const at = pixel(x.at(iteration));
  const bar =
    error === undefined
      ? ""
      : `<line x1="${at}" x2="${at}" y1="${pixel(y.at(value - error))}" y2="${pixel(y.at(value + error))}"/>`;
  return `<g class="evaluation">${bar}<circle cx="${at}" cy="${pixel(y.at(value))}" r="3.6"/></g>`;
}

function polyline(places: readonly number[], values: readonly number[], { x, y }: Plot): string {
  let path = "";
  let pen = "M";
  values.forEach((value, index) => {
    if (!Number.isFinite(value)) {
      pen = "M";
      return;
    }
    path += `${pen}${pixel(x.at(places[index]!))} ${pixel(y.at(value))}`;
    pen = "L";
  });
  return path;
}

function dots(places: readonly number[], values: readonly number[], { x, y }: Plot): string {
  if (values.length > 400) return "";
  return values
    .map((value, index) =>
      Number.isFinite(value) ? `<circle cx="${pixel(x.at(places[index]!))}" cy="${pixel(y.at(value))}" r="1.7"/>` : "",
    )
    .join("");
}

function round(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(5)) : null;
}
