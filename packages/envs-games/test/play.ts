import { deriveSeed, type Env, make, type Seed } from "@gem-ts/core";
import { games } from "../src/index.ts";

export type Player = "random" | "informed" | "oracle";

/** What became of an episode. */
export interface Outcome {
  readonly success: boolean;
  readonly total: number;
  readonly turns: number;
}

/** Mean of some values, and the standard deviation of one. */
export interface Estimate {
  readonly mean: number;
  readonly deviation: number;
}

/** Plays whole episodes; the same arguments give the same outcomes. */
export function playEpisodes(id: string, player: Player, episodes: number, seed: Seed): Outcome[] {
  const env = make(id, { packs: games, seed }) as Env<"sync">;
  return Array.from({ length: episodes }, (_, episode) => {
    env.reset({ seed: deriveSeed(seed, "episode", episode) });
    let total = 0;
    for (let turns = 1; ; turns++) {
      const step = env.step(nextAction(env, player));
      total += step.reward;
      if (step.terminated) return { success: step.info.success === true, total, turns };
    }
  });
}

function nextAction(env: Env<"sync">, player: Player): string {
  if (player === "random") return env.randomAction();
  return (player === "informed" ? env.informedAction() : env.oracle())!;
}

export function estimate(values: readonly number[]): Estimate {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, deviation: Math.sqrt(variance) };
}
