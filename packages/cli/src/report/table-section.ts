import { difference } from "../evaluation/scores.ts";
import { formatCount } from "../format/number.ts";
import { escapeHtml } from "./escape-html.ts";
import { changeHtml, estimateHtml, MEASURES, shortValue } from "./measure.ts";
import type { ReportData } from "./report-data.ts";

/** What training changed, and what it can be measured against. */
export function renderTable({ before, after, references }: ReportData): string {
  const rows = (["sampled", "greedy"] as const).map((kind) => {
    const name = kind === "sampled" ? "Tokens sampled at temperature 1" : "Most likely token each time (greedy)";
    const lines = MEASURES.map((measure) => {
      const change = difference(after[kind][measure.key], before[kind][measure.key]);
      const clear = Math.abs(change.mean) > 2 * change.error && measure.moreIsBetter === true;
      const mood = clear ? (change.mean > 0 ? " better" : " worse") : "";
      return `<tr><td>${measure.title}</td><td class="number">${estimateHtml(before[kind][measure.key], measure)}</td><td class="number after">${estimateHtml(after[kind][measure.key], measure)}</td><td class="number${mood}">${changeHtml(change, measure)}</td></tr>`;
    });
    return `<tr class="group"><th colspan="4" scope="rowgroup">${name}</th></tr>${lines.join("")}`;
  });
  const failed = [before.sampled, after.sampled, before.greedy, after.greedy].reduce(
    (sum, scores) => sum + scores.failed,
    0,
  );
  const note = failed === 0 ? "" : ` ${failed} episodes failed and are left out.`;
  return `<section class="block"><h2>Before and after</h2>
<p>The same ${formatCount(after.sampled.episodes)} episodes each time, with standard errors.${note} Coloured changes are larger than two standard errors.</p>
<div class="scroll"><table><thead><tr><th></th><th class="number">Before</th><th class="number">After</th><th class="number">Change</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>
${renderReferences(references)}</section>`;
}

function renderReferences(references: ReportData["references"]): string {
  if (references.length === 0) return "";
  const rows = references.map((reference) => {
    const cells = MEASURES.map(
      (measure) =>
        `<td class="number">${reference[measure.key] === undefined ? "" : shortValue(reference[measure.key]!, measure)}</td>`,
    );
    return `<tr class="reference"><td>${escapeHtml(reference.label)}</td>${cells.join("")}</tr>`;
  });
  return `<div class="scroll" style="margin-top:1.8rem"><table><thead><tr><th>To measure against</th>${MEASURES.map(({ title }) => `<th class="number">${title}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}
