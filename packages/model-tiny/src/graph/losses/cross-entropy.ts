import { type LossInputNames, type LossPiece, negativeWeightedSum } from "./loss-piece.ts";

/**
 * `-sum w logp`: supervised learning with `w` 0 or 1, REINFORCE with `w` the advantage. Any loss whose derivative `d`
 * by each log-probability is known has the same gradient as this one with `w = -d`.
 *
 * Inputs: `weights`.
 */
export function crossEntropy({ weights = "weights" }: LossInputNames = {}): LossPiece {
  return {
    key: `cross-entropy(${weights})`,
    build: ({ logprobs, perToken }) => negativeWeightedSum(perToken(weights), logprobs),
  };
}
