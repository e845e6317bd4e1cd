import type { IterationMetrics } from "@gem-ts/trainer-reinforce-rebn";
import { renderChart } from "./chart.ts";
import type { Chart, ChartEvaluation, ChartReference } from "./chart-layout.ts";
import { type Measure, MEASURES } from "./measure.ts";
import type { ReportData } from "./report-data.ts";

/** A curve for those who look under the hood. */
interface Further extends Pick<Chart, "title" | "note" | "digits"> {
  readonly value: (metrics: IterationMetrics) => number;
}

const FURTHER: readonly Further[] = [
  { title: "Entropy", note: "nats a token", digits: 3, value: ({ entropy }) => entropy },
  { title: "KL divergence", note: "of each update", digits: 5, value: ({ kl }) => kl },
  { title: "Gradient norm", note: "before clipping", digits: 3, value: ({ gradientNorm }) => gradientNorm },
  { title: "Speed", note: "sampled tokens a second", digits: 0, value: ({ time }) => time.tokensPerSecond },
];

/** The learning curves; nothing where no iteration was made. */
export function renderCurves(data: ReportData): string {
  const { iterations } = data;
  if (iterations.length === 0) return "";
  const places = iterations.map(({ iteration }) => iteration);
  const [success, turns, total] = MEASURES.map((measure): Chart => ({
    title: measure.title,
    iterations: places,
    values: iterations.map((metrics) => metrics[measure.key]),
    evaluations: evaluationsOf(data, measure),
    references: referencesOf(data, measure),
    digits: measure.digits,
    percent: measure.percent,
    limits: measure.limits,
  })) as [Chart, Chart, Chart];
  const wide = { width: 1000, height: 330 };
  const half = { width: 480, height: 260 };
  const more = FURTHER.map(({ value, ...chart }): Chart => ({
    ...chart,
    iterations: places,
    values: iterations.map(value),
    limits: { min: 0 },
  }));
  return `<section class="block"><h2>Learning curves</h2>
<p>Pale, the mean of each training batch, sampled at temperature 1; the strong line smooths them. Point at a chart for values.</p>
<div class="charts"><div><div class="wide">${renderChart(success, wide)}</div><div class="narrow">${renderChart(success, half)}</div></div>${renderChart(turns, half)}${renderChart(total, half)}</div>
<ul class="legend">
<li><svg class="chart" viewBox="0 0 28 12" aria-hidden="true"><path class="raw" d="M4 8L10 4L17 9L24 3"/><g class="dots"><circle cx="4" cy="8" r="1.7"/><circle cx="10" cy="4" r="1.7"/><circle cx="17" cy="9" r="1.7"/><circle cx="24" cy="3" r="1.7"/></g></svg>one batch</li>
<li><svg class="chart" viewBox="0 0 28 12" aria-hidden="true"><path class="trend" d="M2 9L26 3"/></svg>smoothed</li>
<li><svg class="chart" viewBox="0 0 28 12" aria-hidden="true"><g class="evaluation"><line x1="14" x2="14" y1="0" y2="12"/><circle cx="14" cy="6" r="3.2"/></g></svg>held-out episodes, with standard error</li>
<li><svg class="chart" viewBox="0 0 28 12" aria-hidden="true"><g class="reference"><line x1="2" x2="26" y1="6" y2="6"/></g></svg>reference</li>
</ul>
<details class="more"><summary>Entropy, divergence, gradients, speed</summary><div class="charts">${more.map((chart) => renderChart(chart, half)).join("")}</div></details>
</section>`;
}

function evaluationsOf({ evaluations }: ReportData, measure: Measure): ChartEvaluation[] {
  return evaluations.map((point) => {
    const { mean, error } = point[measure.key];
    return { iteration: point.iteration, value: mean, ...(error === undefined ? {} : { error }) };
  });
}

function referencesOf({ references }: ReportData, measure: Measure): ChartReference[] {
  return references.flatMap((reference) => {
    const found = reference[measure.key];
    return found === undefined ? [] : [{ label: reference.label, value: found }];
  });
}
