import type { GraphBuilder, Value } from "../graph-builder.ts";
import { multiply, negate, subtract } from "../operations/arithmetic.ts";
import { exp } from "../operations/elementwise.ts";
import { reduceSum } from "../operations/reduction.ts";
import { clip, equal, select } from "../operations/selection.ts";

/** What a loss is made from. Every per-token value is `[batch, length]`. */
export interface LossContext {
  readonly graph: GraphBuilder;
  /** Log-probability of each target under the current weights. */
  readonly logprobs: Value;
  /** Entropy in nats of the distribution each target was drawn from. */
  readonly entropy: Value;
  /** The value head; detached, its gradient stops before the body. */
  values(options?: { readonly detached?: boolean }): Value;
  /** A float32 input with one number a token. Pieces that ask for the same name share it. */
  perToken(name: string): Value;
  /** A scalar input. Without a default every run must feed it. */
  scalar(name: string, defaultValue?: number): Value;
  /** Gives a scalar out beside the loss, for metrics. */
  report(name: string, value: Value): void;
}

/** A loss, or a term of one, as a piece of graph. */
export interface LossPiece {
  /** Names the structure: two pieces with one key must build the same graph, since graphs are cached by it. */
  readonly key: string;
  /** The loss *summed* over all tokens, a scalar: the caller normalises through the weights. */
  build(context: LossContext): Value;
}

/** Names of the inputs a loss reads, where several terms need different ones. */
export interface LossInputNames {
  /** Per-token weights. Default `weights`. */
  readonly weights?: string;
}

/** The weights, and inputs cleaned of whatever stands where the weight is 0 (`NaN` and infinities included). */
export interface WeightedInputs {
  readonly weights: Value;
  /** `x` where the weight is not 0, and 0 elsewhere. */
  clean(x: Value): Value;
}

/** Reads the weights under `name`. */
export function weightedInputs({ graph, perToken }: LossContext, name: string): WeightedInputs {
  const weights = perToken(name);
  const zero = graph.scalar(0);
  const unused = equal(weights, zero);
  return { weights, clean: (x) => select(unused, zero, x) };
}

/** Largest `|log r|` that enters a probability ratio, so that no ratio overflows; as verl, which bounds it the same way. */
const LOG_RATIO_BOUND = 20;

/** What the policy losses with a probability ratio share. */
export interface RatioInputs {
  readonly weights: Value;
  readonly advantages: Value;
  /** `r = exp(logp - oldLogprobs)`, with `log r` clipped to {@link LOG_RATIO_BOUND}. */
  readonly ratio: Value;
}

/** Reads `oldLogprobs` and `advantages`, and forms the probability ratio. */
export function ratioInputs(context: LossContext, weightsName: string): RatioInputs {
  const { graph, logprobs, perToken } = context;
  const { weights, clean } = weightedInputs(context, weightsName);
  const logRatio = clean(subtract(logprobs, clean(perToken("oldLogprobs"))));
  const ratio = exp(clip(logRatio, graph.scalar(-LOG_RATIO_BOUND), graph.scalar(LOG_RATIO_BOUND)));
  return { weights, advantages: clean(perToken("advantages")), ratio };
}

/** `sum weights x`. */
export function weightedSum(weights: Value, x: Value): Value {
  return reduceSum(multiply(weights, x));
}

/** `-sum weights x`. */
export function negativeWeightedSum(weights: Value, x: Value): Value {
  return negate(weightedSum(weights, x));
}
