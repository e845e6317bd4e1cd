import type { EpisodeSummary } from "@gem-ts/core";

/** What one update did to the policy. Token means run over all sampled tokens of the batch. */
export interface UpdateMetrics {
  /** The minimised loss, mean over the optimiser's steps. */
  readonly loss: number;
  /** Mean entropy of the policy in nats, before the update. */
  readonly entropy: number;
  /** Mean of `rho - 1 - log rho` (Schulman's k3) between the policy before and within the last epoch. */
  readonly kl: number;
  /** Share of tokens whose gradient the clip took away in the last epoch. */
  readonly clipFraction: number;
  /** Mean of `rho` in the last epoch. */
  readonly ratio: number;
  /** L2 norm of the gradient before clipping, mean over the optimiser's steps. */
  readonly gradientNorm: number;
  /** Mean absolute difference between the learner's and the sampler's log-probabilities; near 0, or tokens were lost. */
  readonly samplerGap: number;
  /** Sampled tokens that were trained on. */
  readonly tokens: number;
}

/** One line of `metrics.jsonl`. Everything outside `time` is the same whenever the run is repeated. */
export interface IterationMetrics extends UpdateMetrics {
  /** From 1. */
  readonly iteration: number;
  /** Episodes that ended by themselves and were trained on. */
  readonly episodes: number;
  /** Episodes that failed; they are left out. */
  readonly failed: number;
  /** Those of `episodes` that something outside the task cut short. */
  readonly truncated: number;
  /** Share of `episodes` that reached the goal. */
  readonly success: number;
  /** Mean number of turns. */
  readonly turns: number;
  /** Mean undiscounted return. */
  readonly return: number;
  /** Turns in the batch. */
  readonly transitions: number;
  /** Sums since the start of the run, this iteration included. */
  readonly total: TrainingTotals;
  readonly time: IterationTime;
}

/** What a run has consumed. */
export interface TrainingTotals {
  readonly episodes: number;
  readonly transitions: number;
  /** Sampled tokens. */
  readonly tokens: number;
}

/** Wall-clock time of one iteration. */
export interface IterationTime {
  readonly seconds: number;
  readonly collectSeconds: number;
  readonly updateSeconds: number;
  /** Sampled tokens per second of the whole iteration. */
  readonly tokensPerSecond: number;
}

/** One line of `evaluations.jsonl`: held-out episodes, played greedily and at the temperature of collection. */
export interface EvaluationRecord {
  /** Updates made before it; 0 is the untrained policy. */
  readonly iteration: number;
  readonly greedy: EpisodeSummary;
  readonly sampled: EpisodeSummary;
  readonly time: { readonly seconds: number };
}
