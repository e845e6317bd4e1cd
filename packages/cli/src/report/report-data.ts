import type { Episode, Json, Seed } from "@gem-ts/core";
import type { IterationMetrics } from "@gem-ts/trainer-reinforce-rebn";
import type { Estimate, Scores } from "../evaluation/scores.ts";
import type { MachineFacts } from "../machine.ts";

/** What a policy is measured against: another policy on the same episodes, or a number from elsewhere. */
export interface Reference {
  readonly label: string;
  readonly success?: number;
  readonly turns?: number;
  readonly return?: number;
}

/** The same seed played before and after training. */
export interface EpisodePair {
  readonly seed: Seed;
  readonly before: Episode;
  readonly after: Episode;
}

/** One side of the comparison: held-out episodes, with sampled and with most likely tokens. */
export interface Evaluation {
  readonly sampled: Scores;
  readonly greedy: Scores;
}

/** A mean with a standard error where one is known. */
export type Point = Pick<Estimate, "mean"> & Partial<Pick<Estimate, "error">>;

/** Sampled held-out play after so many updates. */
export interface EvaluationPoint {
  readonly iteration: number;
  readonly success: Point;
  readonly turns: Point;
  readonly return: Point;
}

/** An episode of a training batch. */
export interface TrainingSample {
  readonly iteration: number;
  readonly episode: Episode;
}

/** Everything that a report shows. Plain JSON. */
export interface ReportData {
  readonly env: string;
  readonly summary: string;
  readonly algorithm: string;
  readonly algorithmSummary: string;
  readonly model: string;
  readonly seed: Seed;
  /** Command that makes the same run again. */
  readonly command: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Wall-clock time of all sessions of the run. */
  readonly seconds: number;
  readonly finished: boolean;
  readonly machine: MachineFacts;
  readonly config: Json;
  readonly before: Evaluation;
  readonly after: Evaluation;
  readonly references: readonly Reference[];
  readonly iterations: readonly IterationMetrics[];
  readonly evaluations: readonly EvaluationPoint[];
  readonly pairs: readonly EpisodePair[];
  readonly samples: readonly TrainingSample[];
}
