import type { AdvantageBatch, AdvantageOptions } from "./advantage-estimator.ts";
import { discountedReturns } from "./discounted-returns.ts";

/**
 * REINFORCE: `A_t = G_t`, the discounted return of the turn. No baseline, so where all rewards are positive whatever
 * was sampled becomes more likely.
 *
 * Source: arXiv 2510.01051, section 3.2, Eq. 1 (Williams 1992). Shapes: `[episodes][turns]` to the same.
 */
export function reinforce(batch: AdvantageBatch, options: AdvantageOptions): number[][] {
  return discountedReturns(batch.rewards, options.gamma);
}
