import type { Episode } from "@gem-ts/core";
import type { TrainingConfig } from "./config.ts";
import type { EvaluationRecord, IterationMetrics } from "./metrics.ts";

/** A run begins in a new folder. The first event of such a run. */
export interface RunStartEvent {
  readonly type: "run-start";
  readonly folder: string;
  readonly config: TrainingConfig;
  /** Name of the model. */
  readonly model: string;
}

/** A run goes on from a checkpoint. The first event of such a run. */
export interface ResumedEvent {
  readonly type: "resumed";
  readonly folder: string;
  readonly config: TrainingConfig;
  readonly model: string;
  /** Updates that the checkpoint holds. */
  readonly iteration: number;
}

/** An episode has ended; for progress bars. */
export interface ProgressEvent {
  readonly type: "progress";
  readonly phase: "collect" | "evaluate";
  readonly iteration: number;
  readonly done: number;
  readonly total: number;
}

/** An iteration is complete and logged. */
export interface IterationEvent {
  readonly type: "iteration";
  readonly metrics: IterationMetrics;
}

/** An episode of the batch, to look at; stored under `episodes/` as well. */
export interface EpisodeSampleEvent {
  readonly type: "episode-sample";
  readonly iteration: number;
  readonly episode: Episode;
}

/** An evaluation is complete and logged. */
export interface EvaluationEvent {
  readonly type: "evaluation";
  readonly evaluation: EvaluationRecord;
}

/** A checkpoint is on disk: a kill from now on loses nothing before it. */
export interface CheckpointEvent {
  readonly type: "checkpoint";
  readonly iteration: number;
  /** Where the model was saved; `model.load` reads it. */
  readonly folder: string;
}

/** The last event, unless an error is thrown. */
export interface RunEndEvent {
  readonly type: "run-end";
  readonly outcome: TrainingOutcome;
  /** Updates that the run holds. */
  readonly iteration: number;
  /** Wall-clock time of this call. */
  readonly seconds: number;
}

/** `finished` when all iterations are done, `aborted` when a signal stopped the run first. */
export type TrainingOutcome = "finished" | "aborted";

/** What a run tells while it goes on, told apart by `type`. */
export type TrainingEvent =
  | RunStartEvent
  | ResumedEvent
  | ProgressEvent
  | IterationEvent
  | EpisodeSampleEvent
  | EvaluationEvent
  | CheckpointEvent
  | RunEndEvent;
