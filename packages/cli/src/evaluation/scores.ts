import type { Episode } from "@gem-ts/core";

/** A mean and its standard error. */
export interface Estimate {
  readonly mean: number;
  readonly error: number;
}

/** How well a policy played. Failed and aborted episodes are counted and left out of the means. */
export interface Scores {
  /** Episodes that ended by themselves. */
  readonly episodes: number;
  readonly failed: number;
  /** Share that reached the goal, in `[0, 1]`. */
  readonly success: Estimate;
  /** Turns played, won or lost. */
  readonly turns: Estimate;
  /** Undiscounted return. */
  readonly return: Estimate;
}

/** Scores of a set of episodes; the means of none are 0. */
export function scoresOf(episodes: Iterable<Episode>): Scores {
  const played: Episode[] = [];
  let failed = 0;
  for (const episode of episodes) {
    if (episode.outcome === "failed" || episode.outcome === "aborted") failed++;
    else played.push(episode);
  }
  return {
    episodes: played.length,
    failed,
    success: estimate(played.map((episode) => (episode.success ? 1 : 0))),
    turns: estimate(played.map((episode) => episode.turns.length)),
    return: estimate(played.map((episode) => episode.return)),
  };
}

/** Mean and standard error of the mean, with the deviation over `n`: for shares it is `sqrt(p (1 - p) / n)`. */
export function estimate(values: readonly number[]): Estimate {
  const n = Math.max(1, values.length);
  const mean = values.reduce((total, value) => total + value, 0) / n;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / n;
  return { mean, error: Math.sqrt(variance / n) };
}

/** Difference of two independent estimates. */
export function difference(after: Estimate, before: Estimate): Estimate {
  return { mean: after.mean - before.mean, error: Math.hypot(after.error, before.error) };
}
