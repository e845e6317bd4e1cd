import type { TensorView } from "./backend.ts";
import type { ForwardResult, SequenceBatch } from "./batch.ts";
import type { RowRange } from "./row-ranges.ts";

/** Some rows of a `[batch, length]` array, in place. */
export function rowsView(
  data: Float32Array | Int32Array,
  { length }: SequenceBatch,
  { start, end }: RowRange,
): TensorView {
  return { data: data.subarray(start * length, end * length), shape: [end - start, length] };
}

/** The inputs that every graph reads, for some rows. */
export function sequenceViews(batch: SequenceBatch, rows: RowRange): Record<string, TensorView> {
  return {
    tokens: rowsView(batch.tokens, batch, rows),
    targets: rowsView(batch.targets, batch, rows),
    inverseTemperature: scalarView(1 / (batch.temperature ?? 1)),
  };
}

/** Memory for the results of a batch. */
export function emptyResult({ batch, length }: SequenceBatch): ForwardResult {
  const count = batch * length;
  return { logprobs: new Float32Array(count), entropy: new Float32Array(count), values: new Float32Array(count) };
}

/** Where the results of some rows go. */
export function resultViews(result: ForwardResult, batch: SequenceBatch, rows: RowRange): Record<string, TensorView> {
  return {
    logprobs: rowsView(result.logprobs, batch, rows),
    entropy: rowsView(result.entropy, batch, rows),
    values: rowsView(result.values, batch, rows),
  };
}

/** A scalar in memory of its own. */
export function scalarView(value: number): TensorView {
  return { data: Float32Array.of(value), shape: [] };
}
