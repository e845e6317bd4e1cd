import type { Episode } from "./episode.ts";

/** Means over episodes; failed and aborted ones are counted and left out of the means. */
export interface EpisodeSummary {
  /** Episodes that ended by themselves. */
  readonly episodes: number;
  readonly failed: number;
  /** Share that reached the goal, in `[0, 1]`. */
  readonly success: number;
  /** Standard error of `success`. */
  readonly successError: number;
  /** Mean number of turns. */
  readonly turns: number;
  /** Mean undiscounted return. */
  readonly return: number;
  /** Standard error of `return`. */
  readonly returnError: number;
}

/** Summarises episodes; the means of none are 0. */
export function summarize(episodes: Iterable<Episode>): EpisodeSummary {
  let count = 0;
  let failed = 0;
  let success = 0;
  let turns = 0;
  let total = 0;
  let squares = 0;
  for (const episode of episodes) {
    if (episode.outcome === "failed" || episode.outcome === "aborted") {
      failed++;
      continue;
    }
    count++;
    if (episode.success) success++;
    turns += episode.turns.length;
    total += episode.return;
    squares += episode.return * episode.return;
  }
  const n = Math.max(count, 1);
  const rate = success / n;
  const mean = total / n;
  return {
    episodes: count,
    failed,
    success: rate,
    successError: Math.sqrt((rate * (1 - rate)) / n),
    turns: turns / n,
    return: mean,
    returnError: Math.sqrt(Math.max(0, squares / n - mean * mean) / n),
  };
}
