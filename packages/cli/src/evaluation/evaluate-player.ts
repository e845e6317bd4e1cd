import type { Episode, Policy, Seed } from "@gem-ts/core";
import { evaluate } from "@gem-ts/trainer-reinforce-rebn";
import type { Environment } from "../environment/open-environment.ts";
import { type Scores, scoresOf } from "./scores.ts";

/** Held-out episodes and what they amount to. */
export interface Played {
  readonly scores: Scores;
  /** In the order of the held-out seeds. */
  readonly episodes: readonly Episode[];
}

/** Options of {@link evaluatePolicy}. */
export interface EvaluatePolicyOptions {
  readonly environment: Environment;
  readonly policy: Policy;
  readonly episodes: number;
  /** Chooses the held-out episodes. */
  readonly seed: Seed;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Plays held-out episodes; `undefined` when the signal cut it short. */
export async function evaluatePolicy(options: EvaluatePolicyOptions): Promise<Played | undefined> {
  const { environment, policy, episodes, seed, signal, onProgress } = options;
  const result = await evaluate({
    env: () => environment.make(),
    policy,
    episodes,
    seed,
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  if (result.outcome === "aborted") return undefined;
  return { scores: scoresOf(result.episodes), episodes: result.episodes };
}
