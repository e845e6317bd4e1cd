import { didYouMean, GemError, type Json, type Seed } from "@gem-ts/core";
import { z } from "zod";
import type { StandardDeviationKind } from "./advantages/advantage-estimator.ts";
import { type Algorithms, algorithms as builtIn, findAlgorithm } from "./algorithms.ts";

/** All settings of a run, as `config.json` holds them. Plain JSON. */
export interface TrainingConfig {
  /** Id of the environment, for the record; the environment itself comes from the caller's factory. */
  readonly env: string;
  /** Name in the record of algorithms; `rebn` by default. */
  readonly algorithm: string;
  /** Everything random in the run follows from it; 0 by default. */
  readonly seed: Seed;

  /** Updates of the policy; 300 by default. */
  readonly iterations: number;
  /** Whole episodes in each batch; 64 by default. */
  readonly episodesPerIteration: number;
  /** Episodes played at the same time; 64 by default. It changes the speed, never the result. */
  readonly concurrency: number;
  /** Sampling temperature while collecting; 1 by default, and losses are exact for 1 only. */
  readonly temperature: number;
  /** Longest response in tokens; the model's choice where absent. */
  readonly maxTokens?: number;

  /** Discount per turn; 0.9 by default, the paper's value for games (App. F). */
  readonly gamma: number;
  /** Which standard deviation ReBN divides by; `population` by default, as oat does. */
  readonly std: StandardDeviationKind;

  /** Policy loss; `ppo` by default. */
  readonly loss: PolicyLossKind;
  /** Lower clip of the ratio, `1 - clipLow`; 0.2 by default. */
  readonly clipLow: number;
  /** Upper clip of the ratio, `1 + clipHigh`; 0.2 by default. */
  readonly clipHigh: number;
  /**
   * Where the old log-probabilities come from: evaluated by the learner before the update (default, one more forward
   * pass), or those stored while sampling (right where sampler and learner agree to the last bits).
   */
  readonly oldLogprobs: "recomputed" | "sampled";
  /** Largest importance weight between learner and sampler; 2 by default, as in oat. */
  readonly importanceCap: number;
  /** The constant `C` that token losses are divided by; `maxTokens` by default, 32 where that is absent. */
  readonly lengthDivisor: number;

  /** Passes over each batch; 2 by default. */
  readonly epochs: number;
  /** Optimiser steps per pass; 1 by default. */
  readonly minibatches: number;
  /** Constant; 3e-4 by default. */
  readonly learningRate: number;
  /** 0.9 by default. */
  readonly beta1: number;
  /** 0.95 by default. */
  readonly beta2: number;
  /** 1e-8 by default. */
  readonly adamEpsilon: number;
  /** 0 by default. */
  readonly weightDecay: number;
  /** Largest L2 norm of a gradient; 1 by default. */
  readonly clipNorm: number;

  /** Iterations between evaluations, the start and the end included; 0 for none, 20 by default. */
  readonly evaluateEvery: number;
  /** Held-out episodes of an evaluation, played once greedily and once sampled; 500 by default. */
  readonly evaluationEpisodes: number;
  /** Chooses the held-out episodes; 0 by default, so that runs with different seeds are compared on the same ones. */
  readonly evaluationSeed: Seed;

  /** Iterations between checkpoints; 20 by default. The start and the end always get one. */
  readonly checkpointEvery: number;
  /** Newest checkpoints that stay; 2 by default. The one of the start stays too. */
  readonly keepCheckpoints: number;
  /** Iterations between stored sample episodes, the first included; 0 for none, 10 by default. */
  readonly sampleEvery: number;
  /** How many episodes are stored then; 4 by default. */
  readonly sampleEpisodes: number;

  /** Whatever the caller needs to make the same environment and model again (style, overrides, base checkpoint). */
  readonly setup: Readonly<Record<string, Json>>;
}

/** Policy losses that an advantage per token is enough for. */
export type PolicyLossKind = "ppo" | "importance-sampling" | "cispo";

/** Some of the settings. `undefined` is the same as absent. */
export type TrainingConfigChanges = { readonly [Name in keyof TrainingConfig]?: TrainingConfig[Name] | undefined };

/** A configuration as a person writes it: only the environment's id must be there. */
export type TrainingConfigInput = TrainingConfigChanges & Pick<TrainingConfig, "env">;

/** Settings that may change when a run is resumed, for they do not touch what it learns. */
export const resumableSettings: readonly (keyof TrainingConfig)[] = [
  "iterations",
  "concurrency",
  "checkpointEvery",
  "keepCheckpoints",
];

const seed = z.int().min(0);
const count = z.int().min(1);
const interval = z.int().min(0);
const positive = z.number().positive();
const share = z.number().min(0).max(1);

/** Fills the general defaults in; {@link trainingConfig} adds those that depend on the algorithm and on `maxTokens`. */
export const trainingConfigSchema: z.ZodType<TrainingConfig, TrainingConfigInput> = z.strictObject({
  env: z.string().min(1),
  algorithm: z.string().default("rebn"),
  seed: seed.default(0),
  iterations: z.int().min(0).default(300),
  episodesPerIteration: count.default(64),
  concurrency: count.default(64),
  temperature: positive.default(1),
  maxTokens: count.exactOptional(),
  gamma: share.default(0.9),
  std: z.enum(["population", "sample"]).default("population"),
  loss: z.enum(["ppo", "importance-sampling", "cispo"]).default("ppo"),
  clipLow: share.default(0.2),
  clipHigh: z.number().min(0).default(0.2),
  oldLogprobs: z.enum(["recomputed", "sampled"]).default("recomputed"),
  importanceCap: positive.default(2),
  lengthDivisor: positive.default(32),
  epochs: count.default(2),
  minibatches: count.default(1),
  learningRate: positive.default(3e-4),
  beta1: share.default(0.9),
  beta2: share.default(0.95),
  adamEpsilon: positive.default(1e-8),
  weightDecay: z.number().min(0).default(0),
  clipNorm: positive.default(1),
  evaluateEvery: interval.default(20),
  evaluationEpisodes: count.default(500),
  evaluationSeed: seed.default(0),
  checkpointEvery: count.default(20),
  keepCheckpoints: count.default(2),
  sampleEvery: interval.default(10),
  sampleEpisodes: count.default(4),
  setup: z.record(z.string(), z.json() as z.ZodType<Json, Json>).default({}),
});

/**
 * The whole configuration: what was given, then the algorithm's own defaults, then the general ones.
 *
 * @throws GemError `unknown-id` for an algorithm that is not in `algorithms`, `bad-config` for anything else.
 */
export function trainingConfig(input: TrainingConfigInput, algorithms: Algorithms = builtIn): TrainingConfig {
  const { defaults } = findAlgorithm(input.algorithm ?? "rebn", algorithms);
  const given: TrainingConfigChanges = { ...defaults, ...defined(input) };
  const parsed = trainingConfigSchema.safeParse({
    ...(given.maxTokens === undefined ? {} : { lengthDivisor: given.maxTokens }),
    ...given,
  });
  if (parsed.success) return parsed.data;
  const hint = parsed.error.issues
    .flatMap((issue) => (issue.code === "unrecognized_keys" ? issue.keys : []))
    .map((key) => didYouMean(key, settingNames()))
    .find((found) => found !== undefined);
  throw new GemError("bad-config", `the training configuration is not valid: ${z.prettifyError(parsed.error)}`, {
    cause: parsed.error,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The settings that are there. */
export function defined(changes: TrainingConfigChanges): Partial<TrainingConfig> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

function settingNames(): string[] {
  return [...Object.keys(trainingConfigSchema.parse({ env: "any:Any-v0" })), "maxTokens"];
}
