import { createHash } from "node:crypto";
import { renderCurves } from "./curves-section.ts";
import { renderPair, renderSamples } from "./episode-view.ts";
import { escapeHtml } from "./escape-html.ts";
import { headline, renderHeader } from "./header-section.ts";
import type { ReportData } from "./report-data.ts";
import { reportScript } from "./script.ts";
import { reportStyle } from "./style.ts";
import { renderTable } from "./table-section.ts";

/** A report as one HTML document that needs nothing beside itself. */
export function renderReport(data: ReportData): string {
  const title = `${data.env}: ${headline(data)}`;
  // Only this very script may run, even if a transcript found a way out of its element.
  const hash = createHash("sha256").update(reportScript).digest("base64");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
${renderHeader(data)}
${renderTable(data)}
${renderCurves(data)}
${renderEpisodes(data)}
${renderRecord(data)}
</main>
<script>${reportScript}</script>
</body>
</html>
`;
}

function renderEpisodes({ pairs, samples }: ReportData): string {
  const sides =
    pairs.length === 0
      ? ""
      : `<section class="block"><h2>Episodes side by side</h2>
<p>The first ${pairs.length} held-out episodes, not chosen: same seed, so the same hidden state, before and after training.</p>
${pairs.map((pair, index) => renderPair(pair, index)).join("\n")}</section>`;
  const course =
    samples.length === 0
      ? ""
      : `<section class="block"><h2>As it learned</h2><p>One episode of the batch now and then, as it was sampled.</p>${renderSamples(samples)}</section>`;
  return sides + course;
}

function renderRecord(data: ReportData): string {
  const { machine } = data;
  return `<section class="block"><h2>Make this run again</h2>
<p>Same seed, same machine, same numbers.</p>
<div class="command"><pre><code>${escapeHtml(data.command)}</code></pre><button type="button" data-copy>Copy</button></div>
<details class="config"><summary>Configuration</summary><pre>${escapeHtml(JSON.stringify(data.config, null, 2))}</pre></details>
</section>
<footer>Started ${escapeHtml(data.startedAt.slice(0, 16).replace("T", " "))} UTC. ${escapeHtml(machine.system)}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, Node ${escapeHtml(machine.node)}.</footer>`;
}
