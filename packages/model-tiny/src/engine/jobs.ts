import type { Loss } from "@gem-ts/core";

/**
 * What is asked of an engine, and what it answers. Bulk data stands in typed arrays, one sequence after another, so
 * that it crosses to a worker by transfer and costs no objects in between.
 */

/** Requests for responses; entry `i` of each array belongs to request `i`. */
export interface SampleJob {
  /** Which state of the parameters is meant; a new number makes the engine take them over and forget its caches. */
  readonly version: number;
  /** All prompts. */
  readonly prompts: Int32Array;
  readonly promptLengths: Int32Array;
  readonly maxTokens: Int32Array;
  readonly temperatures: Float64Array;
  readonly topPs: Float64Array;
  readonly seeds: Float64Array;
  /** Numbers from 1 that name conversations; 0 for a request that belongs to none. */
  readonly conversations: Float64Array;
  readonly stops: readonly (readonly number[])[];
  /** Not 0 where nobody waits for the response any more. Shared with the caller, who may set it while the job runs. */
  readonly cancelled?: Int32Array | undefined;
}

/** Responses, in the order of the requests. */
export interface SampleJobResult {
  /** All responses. */
  readonly tokens: Int32Array;
  /** Natural log of the probability that each token was drawn with. */
  readonly logprobs: Float64Array;
  readonly lengths: Int32Array;
  /** 1 where a stop token ended the response. */
  readonly stopped: Uint8Array;
}

/** Data to learn from: at least one sequence, each of at least two tokens. Arrays are as long as all tokens together. */
export interface TrainJob {
  readonly loss: Loss;
  readonly lengths: Int32Array;
  readonly tokens: Int32Array;
  readonly weights: Float32Array;
  readonly advantages?: Float32Array | undefined;
  readonly logprobs?: Float32Array | undefined;
  readonly returns?: Float32Array | undefined;
  /** Whether the gradient is added to what the engine's buffer holds. */
  readonly accumulate: boolean;
}

/** Per token, as in the job; 0 at the first token of each sequence. */
export interface TrainJobResult {
  readonly loss: number;
  readonly logprobs: Float32Array;
  readonly entropy: Float32Array;
}

/** Sequences to judge, each of at least two tokens for log-probabilities, of at least one for values. */
export interface ScoreJob {
  readonly what: "logprobs" | "values";
  readonly lengths: Int32Array;
  readonly tokens: Int32Array;
}

/** Per token; for values one number more a sequence, as `TinyModel.values` says. */
export interface ScoreJobResult {
  readonly scores: Float32Array;
}
