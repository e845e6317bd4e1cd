import type { AdvantageBatch, AdvantageOptions } from "./advantage-estimator.ts";
import { discountedReturns } from "./discounted-returns.ts";
import { standardize } from "./standardize.ts";

/**
 * REINFORCE with Return Batch Normalization: `A_t = (G_t - mean(G)) / (std(G) + epsilon)`, where `G` holds the
 * discounted returns of all turns of all episodes of the batch, flattened. Long episodes count once per turn.
 *
 * Source: arXiv 2510.01051, section 3.2, Eq. 4 and Algorithm 1, line 19. The paper prints no epsilon and does not say
 * which standard deviation; GEM's oat trainer takes the population's, its tinker trainer the sample's, both with 1e-9.
 * Shapes: `[episodes][turns]` to the same.
 */
export function rebn(batch: AdvantageBatch, options: AdvantageOptions): number[][] {
  const returns = discountedReturns(batch.rewards, options.gamma);
  const normalized = standardize(returns.flat(), options);
  let next = 0;
  return returns.map((episode) => episode.map(() => normalized[next++]!));
}
