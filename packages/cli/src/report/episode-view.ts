import { type Episode, textOf, type Turn } from "@gem-ts/core";
import { describeOutcome } from "../episodes/outcome.ts";
import { episodeMoves } from "../episodes/moves.ts";
import { formatChange } from "../format/number.ts";
import { escapeHtml } from "./escape-html.ts";
import type { EpisodePair, TrainingSample } from "./report-data.ts";

/** The same seed before and after, side by side; the first pair stands open. */
export function renderPair(pair: EpisodePair, index: number): string {
  const { before, after, seed } = pair;
  const task = before.turns[0]?.observation ?? before.finalObservation;
  return `<details class="pair"${index === 0 ? " open" : ""}>
<summary><span class="seed">seed ${seed}</span><span class="fate">${outcomeBadge(before)}<i aria-label="then">→</i>${outcomeBadge(after)}</span></summary>
<pre class="task">${escapeHtml(textOf(task))}</pre>
<div class="sides">${renderSide("Before", before)}${renderSide("After", after)}</div>
</details>`;
}

/** Episodes of the training batches on one line each. */
export function renderSamples(samples: readonly TrainingSample[]): string {
  const rows = samples.map(
    ({ iteration, episode }) =>
      `<tr><td class="number">${iteration}</td><td>${renderMoves(episode)}</td><td>${outcomeBadge(episode)}</td></tr>`,
  );
  return `<div class="scroll"><table class="samples"><thead><tr><th class="number">Iteration</th><th>Moves and answers</th><th>Outcome</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function renderSide(title: string, episode: Episode): string {
  const turns = episode.turns.map((turn, index) =>
    renderTurn(turn, index, textOf(episode.turns[index + 1]?.observation ?? episode.finalObservation)),
  );
  return `<section class="side ${episode.success ? "won" : "lost"}"><h4>${title} ${outcomeBadge(episode)}</h4>
<ol>${turns.join("")}</ol>
<p class="return">return <b>${formatChange(episode.return, 2)}</b></p></section>`;
}

function renderTurn(turn: Turn, index: number, answer: string): string {
  const reward =
    turn.reward === 0
      ? ""
      : `<span class="reward ${turn.reward > 0 ? "good" : "bad"}">${formatChange(turn.reward, 2)}</span>`;
  const said = turn.action === "" ? "<em>nothing</em>" : escapeHtml(turn.action);
  // Compact answers are the event itself; no need to say it twice.
  const event = answer === turn.event ? "" : `<span class="event">${escapeHtml(turn.event)}</span>`;
  return `<li><span class="place">${index + 1}</span><div><code class="action">${said}</code><span class="answer">${escapeHtml(answer)}</span></div>${event}${reward}</li>`;
}

function renderMoves(episode: Episode): string {
  return episodeMoves(episode)
    .map(({ action, answer }) => `<span class="move"><code>${escapeHtml(action)}</code> ${escapeHtml(answer)}</span>`)
    .join("");
}

function outcomeBadge(episode: Episode): string {
  return `<span class="badge ${episode.success ? "won" : "lost"}">${escapeHtml(describeOutcome(episode))}</span>`;
}
