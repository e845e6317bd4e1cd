import type { AnyEnvDefinition } from "../definition.ts";
import type { AnyEnv, Style } from "../env.ts";
import type { Seed } from "../rng.ts";

/** What a check is given. */
export interface Subject {
  readonly definition: AnyEnvDefinition;
  readonly variant: string;
  readonly options: {
    /** Hostile strings to try. */
    readonly hostile: number;
    readonly seed: Seed;
    /** Longest median step, in milliseconds. */
    readonly stepBudget: number;
  };
  /** A new instance. */
  make(style?: Style): AnyEnv;
  /** Seeds of the episodes to play. */
  readonly seeds: readonly Seed[];
}
