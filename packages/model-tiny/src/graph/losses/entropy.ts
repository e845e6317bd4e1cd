import { type LossInputNames, type LossPiece, negativeWeightedSum } from "./loss-piece.ts";

/**
 * `-sum w H`, with `H` the entropy in nats of each token's distribution: adding it to a loss rewards exploration.
 *
 * Inputs: `weights`.
 */
export function entropyBonus({ weights = "weights" }: LossInputNames = {}): LossPiece {
  return {
    key: `entropy(${weights})`,
    build: ({ entropy, perToken }) => negativeWeightedSum(perToken(weights), entropy),
  };
}
