import { createRng, type Episode, GemError, summarize, type TrainableModel } from "@gem-ts/core";
import type { Algorithm } from "./algorithms.ts";
import { buildBatch, trainableEpisodes } from "./batch.ts";
import type { Collect, CollectRequest } from "./collect.ts";
import type { TrainingConfig } from "./config.ts";
import type { IterationMetrics, TrainingTotals } from "./metrics.ts";
import { policySeed, trainingSeeds } from "./seeds.ts";
import { updatePolicy } from "./update.ts";

/** What an iteration starts from. */
export interface IterationRequest extends Pick<CollectRequest, "env" | "signal" | "onProgress"> {
  readonly model: TrainableModel;
  readonly config: TrainingConfig;
  readonly algorithm: Algorithm;
  readonly collect: Collect;
  /** From 1. */
  readonly iteration: number;
  /** Before this iteration. */
  readonly total: TrainingTotals;
}

/** What an iteration brought. */
export type IterationResult =
  | { readonly outcome: "finished"; readonly metrics: IterationMetrics; readonly episodes: readonly Episode[] }
  /** The signal came before the update; the model is as it was. */
  | { readonly outcome: "aborted" }
  /** No episode came to its end; the model is as it was. */
  | { readonly outcome: "failed"; readonly error: GemError };

/**
 * Collects, estimates, updates. Everything random follows from `(config.seed, iteration, index of the episode)`.
 * @throws GemError `peer-failed` when the loss is no longer a number, `unsupported` when the policy gives no tokens.
 */
export async function runIteration(request: IterationRequest): Promise<IterationResult> {
  const { model, config, algorithm, iteration, signal } = request;
  const started = performance.now();
  const episodes = await request.collect({
    env: request.env,
    policy: model.policy(samplingOptions(config, config.temperature)),
    seeds: trainingSeeds(config.seed, iteration, config.episodesPerIteration),
    seed: policySeed(config.seed, iteration),
    concurrency: config.concurrency,
    signal,
    onProgress: request.onProgress,
  });
  if (signal.aborted) return { outcome: "aborted" };
  const collected = performance.now();

  const usable = trainableEpisodes(episodes);
  const { gamma, std, lengthDivisor } = config;
  const advantages = algorithm.estimator(
    { rewards: usable.map(({ turns }) => turns.map(({ reward }) => reward)) },
    { gamma, std },
  );
  const batch = buildBatch(usable, advantages, { lengthDivisor });
  if (batch.length === 0) return { outcome: "failed", error: nothingToLearn(iteration, episodes) };
  const update = await updatePolicy(model, batch, config, createRng(config.seed).split("minibatches").split(iteration));

  const { success, turns, return: meanReturn } = summarize(usable);
  const transitions = usable.reduce((sum, episode) => sum + episode.turns.length, 0);
  const ended = performance.now();
  const seconds = (ended - started) / 1000;
  const metrics: IterationMetrics = {
    iteration,
    episodes: usable.length,
    failed: episodes.length - usable.length,
    truncated: usable.filter(({ outcome }) => outcome === "truncated").length,
    success,
    turns,
    return: meanReturn,
    transitions,
    ...update,
    total: {
      episodes: request.total.episodes + usable.length,
      transitions: request.total.transitions + transitions,
      tokens: request.total.tokens + update.tokens,
    },
    time: {
      seconds,
      collectSeconds: (collected - started) / 1000,
      updateSeconds: (ended - collected) / 1000,
      tokensPerSecond: update.tokens / seconds,
    },
  };
  return { outcome: "finished", metrics, episodes: usable };
}

/** How a policy draws its responses at a temperature. */
export function samplingOptions(
  config: TrainingConfig,
  temperature: number,
): { temperature: number; maxTokens?: number } {
  return { temperature, ...(config.maxTokens === undefined ? {} : { maxTokens: config.maxTokens }) };
}

function nothingToLearn(iteration: number, episodes: readonly Episode[]): GemError {
  const failure = episodes.find((episode) => episode.failure !== undefined)?.failure;
  return new GemError(
    "peer-failed",
    failure === undefined
      ? `none of the ${episodes.length} episodes of iteration ${iteration} has a turn to learn from`
      : `all ${episodes.length} episodes of iteration ${iteration} failed, the first in the ${failure.boundary}: ${failure.message}`,
    {
      hint:
        failure === undefined
          ? "Is the first prompt longer than the model's context?"
          : "Mend that, then resume: the weights of the iteration before are kept.",
    },
  );
}
