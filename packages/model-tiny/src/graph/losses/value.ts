import { add, scale, square, subtract } from "../operations/arithmetic.ts";
import { clip, maximum } from "../operations/selection.ts";
import { type LossInputNames, type LossPiece, weightedInputs, weightedSum } from "./loss-piece.ts";

/** Options of {@link valueLoss}. */
export interface ValueLossOptions extends LossInputNames {
  /** Take the larger of the plain error and that of a value held near its old one. Default false. */
  readonly clipped?: boolean;
  /** Train only the value head, not the body. Default false. */
  readonly detached?: boolean;
}

/**
 * `sum w (V - R)^2 / 2`; clipped, `sum w max((V - R)^2, (clip(V, V_old - c, V_old + c) - R)^2) / 2` (the critic loss of
 * Schulman et al.'s PPO code, and of GEM's learner).
 *
 * Inputs: `weights`, `returns`, and where clipped `oldValues` and the scalar `valueClip` (default 0.2).
 */
export function valueLoss({
  weights = "weights",
  clipped = false,
  detached = false,
}: ValueLossOptions = {}): LossPiece {
  return {
    key: `value(${weights},${clipped ? "clipped" : "plain"},${detached ? "detached" : "attached"})`,
    build: (context) => {
      const inputs = weightedInputs(context, weights);
      const returns = inputs.clean(context.perToken("returns"));
      const values = context.values({ detached });
      let error = square(subtract(values, returns));
      if (clipped) {
        const old = inputs.clean(context.perToken("oldValues"));
        const range = context.scalar("valueClip", 0.2);
        error = maximum(error, square(subtract(clip(values, subtract(old, range), add(old, range)), returns)));
      }
      return scale(weightedSum(inputs.weights, error), 0.5);
    },
  };
}
