import type { Loss } from "@gem-ts/core";
import { cispo } from "../graph/losses/cispo.ts";
import { crossEntropy } from "../graph/losses/cross-entropy.ts";
import { importanceSampling } from "../graph/losses/importance-sampling.ts";
import type { LossPiece } from "../graph/losses/loss-piece.ts";
import { ppo } from "../graph/losses/ppo.ts";
import { valueLoss } from "../graph/losses/value.ts";

/** A loss of the contract as a graph: which piece, and the numbers it is fed. */
export interface LossFeed {
  readonly piece: LossPiece;
  readonly scalars: Readonly<Record<string, number>>;
}

/** The graph that computes `loss`. The graph's clips bound the ratio itself, the contract's its distance from 1. */
export function lossFeed(loss: Loss): LossFeed {
  switch (loss.kind) {
    case "cross-entropy":
      return { piece: crossEntropy(), scalars: {} };
    case "importance-sampling":
      return { piece: importanceSampling(), scalars: {} };
    case "ppo":
      return { piece: ppo(), scalars: { clipLow: 1 - loss.clipLow, clipHigh: 1 + loss.clipHigh } };
    case "cispo":
      return { piece: cispo(), scalars: { clipHigh: 1 + loss.clipHigh } };
    case "value":
      return { piece: valueLoss(), scalars: {} };
  }
}
