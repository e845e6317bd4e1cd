import { didYouMean, GemError } from "@gem-ts/core";
import type { AdvantageEstimator } from "./advantages/advantage-estimator.ts";
import { rebn } from "./advantages/rebn.ts";
import { reinforce } from "./advantages/reinforce.ts";
import type { TrainingConfig } from "./config.ts";

/** A way to learn: how advantages are estimated, and the settings it starts from. */
export interface Algorithm {
  /** One sentence for lists. */
  readonly summary: string;
  readonly estimator: AdvantageEstimator;
  /** Settings that differ from the general defaults. */
  readonly defaults: Readonly<Partial<TrainingConfig>>;
}

/** Algorithms by name. */
export type Algorithms = Readonly<Record<string, Algorithm>>;

/** What a configuration can name. Give `train` a larger record to add to it. */
export const algorithms: Algorithms = {
  reinforce: {
    summary: "The discounted return of each turn is its advantage.",
    estimator: reinforce,
    defaults: {},
  },
  rebn: {
    summary: "REINFORCE with returns normalised over all turns of the batch.",
    estimator: rebn,
    defaults: {},
  },
};

/**
 * Looks an algorithm up.
 * @throws GemError `unknown-id`, with the nearest names.
 */
export function findAlgorithm(name: string, known: Algorithms = algorithms): Algorithm {
  const algorithm = Object.hasOwn(known, name) ? known[name] : undefined;
  if (algorithm !== undefined) return algorithm;
  const names = Object.keys(known);
  throw new GemError("unknown-id", `there is no algorithm "${name}"`, {
    hint: didYouMean(name, names) ?? `There are ${names.join(", ")}.`,
  });
}
