import { formatDuration } from "../format/duration.ts";
import { formatCount, formatDecimal, formatEstimate } from "../format/number.ts";
import type { MachineFacts } from "../machine.ts";
import { divideBatch, lessons as allLessons } from "./lessons.ts";
import type { LessonScores, PretrainOptions, PretrainResult } from "./pretrain.ts";

/** What a card says beside the scores. */
interface CardFacts extends Omit<PretrainOptions, "terminal" | "signal" | "packs"> {
  /** Ids of the tokenizer. */
  readonly tokens: number;
  readonly machine: MachineFacts;
}

/** The card of a base model as Markdown. */
export function renderModelCard(facts: CardFacts, { parameters, loss, seconds, scores }: PretrainResult): string {
  const lessons = facts.lessons ?? allLessons;
  const counts = divideBatch(lessons, facts.batch);
  const batch = counts.reduce((total, count) => total + count, 0);
  return `---
license: apache-2.0
library_name: gem-ts
pipeline_tag: text-generation
---

# tiny-base

A transformer of ${formatCount(parameters)} parameters that has learned to answer compact game prompts in the right format and to play them sloppily. It is a start for reinforcement learning, not a good player: the room it leaves is the point.

| | |
|---|---|
| layers, width, heads | ${facts.layers}, ${facts.width}, ${facts.width / 16} |
| context | ${formatCount(facts.context)} tokens |
| vocabulary | ${formatCount(facts.tokens)} ids: characters, digits one by one, and ${facts.pieces} learned pieces at most |
| training | ${formatCount(facts.steps)} steps of ${formatCount(batch)} episodes, cross-entropy on the actions, Adam at ${facts.learningRate} |
| last loss | ${formatDecimal(loss, 4)} nats a token |
| seed | ${facts.seed} |
| made in | ${formatDuration(seconds)} on ${facts.machine.cores} cores (${facts.machine.processor}), Node ${facts.machine.node} |

## Scores

${formatCount(facts.episodes)} held-out episodes each, compact prompts, mean ± standard error. *Sampled* is temperature 1, *greedy* the most likely token each time; *random* and *informed* are the baselines that need no model.

${scoreTable(scores)}

## How it was taught

Transcripts of teachers who play an informed move (one that fits everything shown) or, with the given probability, a random one in the right format. Fresh episodes in every step; none of them held out.

| environment | random moves | episodes a step |
|---|---|---|
${lessons.map(({ id, sloppiness }, index) => `| \`${id}\` | ${Math.round(sloppiness * 100)} % | ${counts[index]} |`).join("\n")}

## Make it again

\`\`\`sh
${facts.command}
\`\`\`

## Limits

It knows these games in their compact words and nothing else; other prompts get noise. It has read no natural language.
`;
}

function scoreTable(scores: readonly LessonScores[]): string {
  const rows = scores.map(({ id, sampled, greedy, random, informed }) => {
    const cells = [
      formatEstimate(sampled.success.mean, sampled.success.error, 3),
      formatEstimate(greedy.success.mean, greedy.success.error, 3),
      formatDecimal(random.success.mean, 3),
      formatDecimal(informed.success.mean, 3),
      formatDecimal(sampled.turns.mean, 2),
      formatEstimate(sampled.return.mean, sampled.return.error, 3),
    ];
    return `| \`${id}\` | ${cells.join(" | ")} |`;
  });
  return `| environment | success, sampled | greedy | random | informed | turns, sampled | return, sampled |\n|---|---|---|---|---|---|---|\n${rows.join("\n")}`;
}
