import type { IterationMetrics } from "@gem-ts/trainer-reinforce-rebn";

/** Means over the last iterations, for a progress line that does not jump with every batch. */
export interface RecentMeans {
  readonly success: number;
  readonly turns: number;
  readonly return: number;
  readonly tokensPerSecond: number;
  readonly secondsPerIteration: number;
}

/** Means over the last `count` of the iterations. */
export function recentMeans(iterations: readonly IterationMetrics[], count = 10): RecentMeans {
  const recent = iterations.slice(-count);
  const n = Math.max(1, recent.length);
  const mean = (value: (metrics: IterationMetrics) => number): number =>
    recent.reduce((total, metrics) => total + value(metrics), 0) / n;
  return {
    success: mean(({ success }) => success),
    turns: mean(({ turns }) => turns),
    return: mean((metrics) => metrics.return),
    tokensPerSecond: mean(({ time }) => time.tokensPerSecond),
    secondsPerIteration: mean(({ time }) => time.seconds),
  };
}
