import type { LossPiece } from "./losses/loss-piece.ts";

/** Sequences as rows of `[batch, length]`, row-major. Rows shorter than `length` are padded at the end with any id. */
export interface SequenceBatch {
  /** Rows, at least 1. */
  readonly batch: number;
  /** Tokens a row, at least 1 and at most the context. */
  readonly length: number;
  /** Input ids, `[batch, length]`, below the architecture's vocabulary. */
  readonly tokens: Int32Array;
  /** What each position predicts, `[batch, length]`, below the tokenizer's size. */
  readonly targets: Int32Array;
  /** Divides the logits; default 1. */
  readonly temperature?: number;
}

/** A batch to learn from. */
export interface TrainingBatch extends SequenceBatch {
  readonly loss: LossPiece;
  /** The loss's per-token inputs, each `[batch, length]`, such as `weights` and `advantages`. */
  readonly perToken: Readonly<Record<string, Float32Array>>;
  /** The loss's scalar inputs; those with a default may be left out. */
  readonly scalars?: Readonly<Record<string, number>>;
  /** Add to the gradient buffer instead of overwriting it. Default false. */
  readonly accumulate?: boolean;
}

/** Per-token results, `[batch, length]`. */
export interface ForwardResult {
  /** Log-probability of each target at the given temperature. */
  readonly logprobs: Float32Array;
  /** Entropy in nats of the distribution of each target. */
  readonly entropy: Float32Array;
  /** The value head at each position. */
  readonly values: Float32Array;
}

/** Results of a training step, computed with the parameters as they were before any update. */
export interface TrainingResult extends ForwardResult {
  /** Sum of the loss over the batch. */
  readonly loss: number;
  /** Scalars that the loss reports, summed over the batch. */
  readonly reports: Readonly<Record<string, number>>;
}
