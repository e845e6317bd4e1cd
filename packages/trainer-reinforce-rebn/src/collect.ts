import { type AnyEnv, type Episode, type Policy, rollout, type Seed } from "@gem-ts/core";

/** What a collector is given. */
export interface CollectRequest {
  readonly env: () => AnyEnv | Promise<AnyEnv>;
  readonly policy: Policy;
  /** Seed of each episode. */
  readonly seeds: readonly Seed[];
  /** Seed of the policy's draws. */
  readonly seed: Seed;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** To be called after each episode. */
  readonly onProgress: (done: number, total: number) => void;
}

/** Plays one episode for each seed and returns them in that order; must depend on nothing but its request. */
export type Collect = (request: CollectRequest) => Promise<readonly Episode[]>;

/**
 * Plays whole episodes, all of them to their end: stopping at a number of turns, as GEM's loop does, would favour
 * short episodes.
 */
export async function collectEpisodes(request: CollectRequest): Promise<Episode[]> {
  const { env, policy, seeds, seed, concurrency, signal, onProgress } = request;
  const episodes: Episode[] = [];
  for await (const episode of rollout({ env, policy, episodes: seeds, seed, concurrency, signal, order: "index" })) {
    episodes.push(episode);
    onProgress(episodes.length, seeds.length);
  }
  return episodes;
}
