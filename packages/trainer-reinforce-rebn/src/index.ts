export type {
  AdvantageBatch,
  AdvantageEstimator,
  AdvantageOptions,
  StandardDeviationKind,
} from "./advantages/advantage-estimator.ts";
export { discountedReturns } from "./advantages/discounted-returns.ts";
export { rebn } from "./advantages/rebn.ts";
export { reinforce } from "./advantages/reinforce.ts";
export { type Algorithm, type Algorithms, algorithms, findAlgorithm } from "./algorithms.ts";
export { type BatchOptions, buildBatch, type PolicyDatum, trainableEpisodes, withOldLogprobs } from "./batch.ts";
export { type Collect, collectEpisodes, type CollectRequest } from "./collect.ts";
export {
  type PolicyLossKind,
  resumableSettings,
  type TrainingConfig,
  type TrainingConfigChanges,
  type TrainingConfigInput,
  trainingConfig,
  trainingConfigSchema,
} from "./config.ts";
export { episodeConversation } from "./episode-conversation.ts";
export { evaluate, type EvaluateOptions, type Evaluation } from "./evaluate.ts";
export type {
  CheckpointEvent,
  EpisodeSampleEvent,
  EvaluationEvent,
  IterationEvent,
  ProgressEvent,
  ResumedEvent,
  RunEndEvent,
  RunStartEvent,
  TrainingEvent,
  TrainingOutcome,
} from "./events.ts";
export {
  type EpisodeEncoder,
  imitate,
  type ImitateOptions,
  type ImitationResult,
  type ImitationSequence,
  type ImitationStep,
} from "./imitate.ts";
export { learningRateAt, type LearningRateSchedule } from "./learning-rate-schedule.ts";
export type { EvaluationRecord, IterationMetrics, IterationTime, TrainingTotals, UpdateMetrics } from "./metrics.ts";
export { minibatches } from "./minibatches.ts";
export { heldOutSeeds, teacherSeeds, trainingSeeds } from "./seeds.ts";
export type { Checkpoint } from "./run/checkpoint.ts";
export { type EpisodeFile, readRun, type Run } from "./run/read-run.ts";
export { teacherBatches, type TeacherBatchesOptions } from "./teacher-batches.ts";
export { resumeTraining, type ResumeTrainingOptions, train, type TrainOptions, type TrainResult } from "./train.ts";
export { policyLoss, updatePolicy, type UpdateSettings } from "./update.ts";
