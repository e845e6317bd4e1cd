import { multiply } from "../operations/arithmetic.ts";
import { type LossInputNames, type LossPiece, negativeWeightedSum, ratioInputs } from "./loss-piece.ts";

/**
 * `-sum w r A` with `r = exp(logp - oldLogprobs)`: the policy gradient with an importance weight, unclipped, as the
 * Tinker API's `importance_sampling`.
 *
 * Inputs: `weights`, `oldLogprobs`, `advantages`.
 */
export function importanceSampling({ weights = "weights" }: LossInputNames = {}): LossPiece {
  return {
    key: `importance-sampling(${weights})`,
    build: (context) => {
      const inputs = ratioInputs(context, weights);
      return negativeWeightedSum(inputs.weights, multiply(inputs.ratio, inputs.advantages));
    },
  };
}
