import { multiply } from "../operations/arithmetic.ts";
import { stopGradient } from "../operations/elementwise.ts";
import { clip } from "../operations/selection.ts";
import { type LossInputNames, type LossPiece, negativeWeightedSum, ratioInputs } from "./loss-piece.ts";

/**
 * `-sum w stopgrad(clip(r, low, high)) A logp` with `r = exp(logp - oldLogprobs)` (MiniMax 2025, MiniMax-M1, eq. 4):
 * the ratio weighs a token but never drops it.
 *
 * Inputs: `weights`, `oldLogprobs`, `advantages`; scalars `clipLow` (default 0, no bound) and `clipHigh` (required), which
 * bound the ratio itself.
 */
export function cispo({ weights = "weights" }: LossInputNames = {}): LossPiece {
  return {
    key: `cispo(${weights})`,
    build: (context) => {
      const inputs = ratioInputs(context, weights);
      const bounded = stopGradient(clip(inputs.ratio, context.scalar("clipLow", 0), context.scalar("clipHigh")));
      return negativeWeightedSum(inputs.weights, multiply(multiply(bounded, inputs.advantages), context.logprobs));
    },
  };
}
