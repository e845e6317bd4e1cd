import type { Policy } from "./policy.ts";

/** How to draw tokens. */
export interface SamplingOptions {
  /** At most so many tokens. */
  readonly maxTokens: number;
  /** 0 takes the most likely token; 1 by default. */
  readonly temperature?: number;
  /** Nucleus sampling: the smallest set of tokens with at least this probability; 1 (all) by default. */
  readonly topP?: number;
  /** Ids that end a response; they stay in it. */
  readonly stop?: readonly number[];
  /** Seed of this one response: same seed and weights, same tokens, however requests are batched. */
  readonly seed: number;
}

/** A request for one response. */
export interface SampleRequest extends SamplingOptions {
  readonly prompt: readonly number[];
  /** Requests of one conversation share a name, so that the model can go on from the cache it filled before. */
  readonly conversation?: string;
  readonly signal?: AbortSignal;
}

/** One sampled response. */
export interface Sample {
  readonly tokens: readonly number[];
  /** Natural log of the probability that each token was drawn with. */
  readonly logprobs: readonly number[];
  readonly finish: "stop" | "length";
}

/**
 * One sequence of a training batch. All arrays are as long as `tokens`; entry `i` belongs to `tokens[i]` as a target,
 * predicted from `tokens[0..i-1]`. Entry 0 is never a target. As in the Tinker API, losses are sums over tokens: the
 * caller normalises through `weights`.
 */
export interface Datum {
  readonly tokens: ArrayLike<number>;
  /** 0 for tokens that are not trained on. */
  readonly weights: ArrayLike<number>;
  /** For policy losses. */
  readonly advantages?: ArrayLike<number>;
  /** Log-probabilities that the ratio is taken against, for policy losses. */
  readonly logprobs?: ArrayLike<number>;
  /** Targets of the value head at the token *before* each weighted target, for the value loss. */
  readonly returns?: ArrayLike<number>;
}

/** What {@link TrainableModel.forwardBackward} minimises. `r` is `exp(logp - logprobs)`, `A` the advantage, `w` the weight. */
export type Loss =
  /** `-sum w logp`. */
  | { readonly kind: "cross-entropy" }
  /** `-sum w r A`. */
  | { readonly kind: "importance-sampling" }
  /** `-sum w min(r A, clip(r, 1 - clipLow, 1 + clipHigh) A)`. Schulman et al. 2017. */
  | { readonly kind: "ppo"; readonly clipLow: number; readonly clipHigh: number }
  /** `-sum w stopgrad(min(r, 1 + clipHigh)) A logp`. MiniMax 2025. */
  | { readonly kind: "cispo"; readonly clipHigh: number }
  /** `sum w (V - return)^2 / 2`. */
  | { readonly kind: "value" };

/** What a training step reports. */
export interface ForwardBackwardResult {
  /** The loss summed over the batch. */
  readonly loss: number;
  /** Per datum: log-probability of each token under the current weights, 0 at entry 0. */
  readonly logprobs: readonly Float32Array[];
  /** Per datum: entropy in nats of the distribution that each token was drawn from, 0 at entry 0. */
  readonly entropy: readonly Float32Array[];
}

/** Adam with decoupled weight decay (Loshchilov & Hutter 2019). */
export interface AdamOptions {
  readonly learningRate: number;
  /** 0.9 by default. */
  readonly beta1?: number;
  /** 0.95 by default. */
  readonly beta2?: number;
  /** 1e-8 by default. */
  readonly epsilon?: number;
  /** 0 by default. */
  readonly weightDecay?: number;
  /** Largest L2 norm of the gradient; longer ones are scaled down to it. No limit by default. */
  readonly clipNorm?: number;
}

/** What an optimiser step reports. */
export interface OptimStepResult {
  /** L2 norm of the gradient before clipping. */
  readonly gradientNorm: number;
}

/**
 * A trainable token-level language model with the primitives of the Tinker API, so that the embedded model and a
 * remote service are one interface.
 */
export interface TrainableModel extends AsyncDisposable {
  readonly name: string;
  /** Longest sequence in tokens. */
  readonly context: number;
  /** Draws one response for each request; requests made at about the same time may be batched. */
  sample(request: SampleRequest): Promise<Sample>;
  /** Adds the gradient of the loss over `data` to what has gathered since the last `optimStep`. */
  forwardBackward(data: readonly Datum[], loss: Loss): Promise<ForwardBackwardResult>;
  /** Applies the gathered gradient and clears it. */
  optimStep(options: AdamOptions): Promise<OptimStepResult>;
  /** Per sequence: log-probability of each token given those before it; 0 at entry 0. */
  logprobs(sequences: readonly ArrayLike<number>[]): Promise<readonly Float32Array[]>;
  /** Writes weights, tokenizer, configuration and, unless told otherwise, the optimiser's state to a folder. */
  save(folder: string, options?: { readonly optimizer?: boolean }): Promise<void>;
  /** Reads what `save` wrote; a folder without the optimiser's state starts it anew. */
  load(folder: string): Promise<void>;
  /** A policy that speaks through this model. */
  policy(options?: ModelPolicyOptions): Policy;
}

/** How a policy draws from its model. */
export interface ModelPolicyOptions {
  /** 0 is greedy; 1 by default. */
  readonly temperature?: number;
  /** 1 by default. */
  readonly topP?: number;
  /** Longest response in tokens; the model's choice by default. */
  readonly maxTokens?: number;
  /** Name in episodes; the model's name by default. */
  readonly name?: string;
}
