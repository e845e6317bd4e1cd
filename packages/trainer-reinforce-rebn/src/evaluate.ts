import {
  type AnyEnv,
  type Episode,
  type EpisodeSummary,
  type Policy,
  rollout,
  type Seed,
  summarize,
} from "@gem-ts/core";
import type { TrainingOutcome } from "./events.ts";
import { heldOutSeeds } from "./seeds.ts";

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** Makes an environment; called once for each concurrent episode. */
  readonly env: () => AnyEnv | Promise<AnyEnv>;
  readonly policy: Policy;
  /** Held-out episodes to play; 500 by default. */
  readonly episodes?: number;
  /** Chooses the episodes and the policy's draws; 0 by default. Never an episode that training plays. */
  readonly seed?: Seed;
  /** 64 by default. It changes the speed, never the result. */
  readonly concurrency?: number;
  /** Stops early; what was played until then is returned. */
  readonly signal?: AbortSignal;
  /** Called after each episode. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What {@link evaluate} returns. */
export interface Evaluation {
  readonly outcome: TrainingOutcome;
  readonly summary: EpisodeSummary;
  /** In the order of their seeds; those that an abort cut short are left out. */
  readonly episodes: readonly Episode[];
}

/** Plays held-out episodes: the same ones for every policy that is given the same seed. */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { env, policy, signal, onProgress } = options;
  const seed = options.seed ?? 0;
  const seeds = heldOutSeeds(seed, options.episodes ?? 500);
  const episodes: Episode[] = [];
  const play = rollout({
    env,
    policy,
    episodes: seeds,
    seed,
    order: "index",
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const episode of play) {
    if (episode.outcome === "aborted") continue;
    episodes.push(episode);
    onProgress?.(episodes.length, seeds.length);
  }
  return { outcome: episodes.length < seeds.length ? "aborted" : "finished", summary: summarize(episodes), episodes };
}
