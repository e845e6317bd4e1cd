import { difference } from "../evaluation/scores.ts";
import { formatDuration } from "../format/duration.ts";
import { formatChange, formatCount } from "../format/number.ts";
import { escapeHtml } from "./escape-html.ts";
import { formatPercent, MEASURES, shortValue } from "./measure.ts";
import { renderRangeBar } from "./range-bar.ts";
import type { ReportData } from "./report-data.ts";

/** What happened in one sentence, held to the standard errors: no claim below two of them. */
export function headline({ before, after }: ReportData): string {
  const change = difference(after.sampled.success, before.sampled.success);
  const from = formatPercent(before.sampled.success.mean);
  const to = formatPercent(after.sampled.success.mean);
  if (Math.abs(change.mean) < 2 * change.error || change.mean === 0) return `Success stayed near ${to}`;
  return change.mean > 0 ? `Success rose from ${from} to ${to}` : `Success fell from ${from} to ${to}`;
}

/** What was run, and what came of it at a glance. */
export function renderHeader(data: ReportData): string {
  const { env, machine, iterations } = data;
  const total = iterations.at(-1)?.total;
  const facts: [string, string][] = [
    ["Environment", env],
    ["Algorithm", data.algorithm],
    ["Model", data.model],
    ["Seed", String(data.seed)],
    ["Iterations", formatCount(iterations.at(-1)?.iteration ?? 0)],
    ["Episodes trained on", formatCount(total?.episodes ?? 0)],
    ["Tokens sampled", formatCount(total?.tokens ?? 0)],
    ["Duration", formatDuration(data.seconds)],
    ["Machine", `${machine.cores} cores, ${machine.processor}`],
  ];
  const stopped = data.finished ? "" : " The run was stopped before its last iteration.";
  return `<header>
<p class="brand"><b>GEM</b> in TypeScript, training report</p>
<h1>${escapeHtml(headline(data))}</h1>
<p class="lede">${escapeHtml(data.summary)} ${escapeHtml(data.algorithmSummary)} Scores are over ${formatCount(data.after.sampled.episodes)} held-out episodes that training never played.${stopped}</p>
<dl class="facts">${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`).join("")}</dl>
</header>
${renderTiles(data)}`;
}

function renderTiles({ before, after }: ReportData): string {
  const tiles = MEASURES.map((measure) => {
    const from = before.sampled[measure.key];
    const to = after.sampled[measure.key];
    const change = difference(to, from);
    const bar = renderRangeBar({
      name: measure.title,
      before: from,
      after: to,
      percent: measure.percent,
      limits: measure.limits,
    });
    const written = measure.percent ? `${formatChange(change.mean * 100, 1)} points` : formatChange(change.mean, 2);
    return `<div class="tile"><h3>${measure.title}</h3><p><span class="from">${shortValue(from.mean, measure)}</span><i aria-label="to">→</i><b>${shortValue(to.mean, measure)}</b><small>${written}</small></p>${bar}</div>`;
  });
  return `<div class="tiles">${tiles.join("")}</div>`;
}
