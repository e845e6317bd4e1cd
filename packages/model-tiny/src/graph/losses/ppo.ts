import { multiply } from "../operations/arithmetic.ts";
import { clip, minimum } from "../operations/selection.ts";
import { type LossInputNames, type LossPiece, negativeWeightedSum, ratioInputs } from "./loss-piece.ts";

/**
 * `-sum w min(r A, clip(r, low, high) A)` with `r = exp(logp - oldLogprobs)` (Schulman et al. 2017, eq. 7; with
 * different bounds below and above, Yu et al. 2025, DAPO).
 *
 * Inputs: `weights`, `oldLogprobs`, `advantages`; scalars `clipLow` (default 0.8) and `clipHigh` (default 1.2), which
 * bound the ratio itself.
 */
export function ppo({ weights = "weights" }: LossInputNames = {}): LossPiece {
  return {
    key: `ppo(${weights})`,
    build: (context) => {
      const inputs = ratioInputs(context, weights);
      const bounded = clip(inputs.ratio, context.scalar("clipLow", 0.8), context.scalar("clipHigh", 1.2));
      const surrogate = minimum(multiply(inputs.ratio, inputs.advantages), multiply(bounded, inputs.advantages));
      return negativeWeightedSum(inputs.weights, surrogate);
    },
  };
}
