export { type Content, type ContentPart, type ImagePart, joinContent, type TextPart, textOf } from "./content.ts";
export {
  type AssistantMessage,
  type Conversation,
  extend,
  keepLastTurns,
  type Message,
  type SystemMessage,
  type ToolCall,
  type ToolMessage,
  type UserMessage,
} from "./conversation.ts";
export {
  type AnyEnvDefinition,
  defineEnv,
  type EnvContext,
  type EnvDefinition,
  type EnvStateContext,
  type ModeOf,
  type TurnOutcome,
  type Variant,
  variantIds,
} from "./definition.ts";
export type {
  AnyEnv,
  Closed,
  Env,
  EnvSnapshot,
  EnvStatus,
  Info,
  Mode,
  ResetOptions,
  ResetResult,
  Stage,
  StepResult,
  Style,
  Timed,
} from "./env.ts";
export {
  type Boundary,
  createEpisode,
  type Episode,
  type EpisodeFailure,
  type EpisodeOutcome,
  type TokenSequence,
  tokenSequences,
  type Turn,
  type TurnTokens,
} from "./episode.ts";
export { GemError, type GemErrorCode, type GemErrorOptions, messageOf } from "./error.ts";
export { createEnv, type CreateEnvOptions } from "./instance.ts";
export { cloneJson, findNonJson, type Json } from "./json.ts";
export { findEnv, type Found, make, type MakeOptions } from "./make.ts";
export type {
  AdamOptions,
  Datum,
  ForwardBackwardResult,
  Loss,
  ModelPolicyOptions,
  OptimStepResult,
  Sample,
  SampleRequest,
  SamplingOptions,
  TrainableModel,
} from "./model.ts";
export { definePack, type EnvPack, listIds, type PackId } from "./pack.ts";
export { pipe } from "./pipe.ts";
export {
  type ActContext,
  type FinishReason,
  informedPolicy,
  type InformedPolicyOptions,
  oraclePolicy,
  type Policy,
  randomPolicy,
  type Response,
  type SampledTokens,
} from "./policy.ts";
export { createRng, deriveSeed, freshSeed, restoreRng, type Rng, type RngState, type Seed } from "./rng.ts";
export { playEpisode } from "./play-episode.ts";
export { rollout, type RolloutOptions } from "./rollout.ts";
export { configSchema } from "./schema.ts";
export { didYouMean, nearest } from "./suggest.ts";
export { type EpisodeSummary, summarize } from "./summary.ts";
export { defineWrapper, type Wrapper, type WrapperDefinition } from "./wrapper.ts";
export {
  chatHistory,
  type ChatHistoryOptions,
  chatml,
  type ChatTemplate,
  concatHistory,
  type ConcatHistoryOptions,
  type HistoryOptions,
} from "./wrappers/history.ts";
export { limitTurns } from "./wrappers/limit-turns.ts";
export { record } from "./wrappers/record.ts";
export { type EpisodeCount, trackEpisode } from "./wrappers/track-episode.ts";
