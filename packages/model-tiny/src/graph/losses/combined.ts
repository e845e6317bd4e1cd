import { GemError } from "@gem-ts/core";
import type { Value } from "../graph-builder.ts";
import { add, multiply } from "../operations/arithmetic.ts";
import type { LossPiece } from "./loss-piece.ts";

/** A term of {@link combinedLoss}. */
export interface LossTerm {
  /** Under which its own sum, without the coefficient, is reported. */
  readonly name: string;
  readonly loss: LossPiece;
  /** Name of the scalar input that multiplies it; default none, that is 1. */
  readonly coefficient?: string;
}

/**
 * The sum of several losses, such as policy + `valueCoefficient` value + `entropyCoefficient` entropy. Coefficients are
 * fed with each run, so a schedule needs no new graph.
 */
export function combinedLoss(terms: readonly LossTerm[]): LossPiece {
  return {
    key: `combined(${terms.map(({ name, loss, coefficient = "1" }) => `${name}:${coefficient}*${loss.key}`).join("+")})`,
    build: (context) => {
      let total: Value | undefined;
      for (const { name, loss, coefficient } of terms) {
        const sum = loss.build(context);
        context.report(name, sum);
        const term = coefficient === undefined ? sum : multiply(sum, context.scalar(coefficient));
        total = total === undefined ? term : add(total, term);
      }
      if (total === undefined) throw new GemError("bad-option", "A combined loss needs at least one term.");
      return total;
    },
  };
}
