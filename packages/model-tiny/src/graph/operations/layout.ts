import { GemError } from "@gem-ts/core";
import type { GraphBuilder, Value } from "../graph-builder.ts";
import { axisFromFront, type Dimension, type Shape } from "../shape.ts";

/** The same elements in the same order under another shape. */
export function reshape(x: Value, shape: Shape): Value {
  const y = x.graph.emit("Reshape", [x, runtimeShape(x.graph, shape)], { shape });
  y.graph.differentiable([y], [x], (gradient) => [gradient && reshape(gradient, x.shape)]);
  return y;
}

/** Axes in the order `permutation`; default: the last two swapped. */
export function transpose(x: Value, permutation: readonly number[] = swapLastTwo(x.shape.length)): Value {
  const shape = permutation.map((axis) => x.shape[axis] ?? 1);
  const y = x.graph.emit("Transpose", [x], { shape, attributes: { perm: { integers: permutation } } });
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
  y.graph.differentiable([y], [x], (gradient) => [gradient && transpose(gradient, inverse)]);
  return y;
}

/** Cuts `axis`, whose length must be known, into parts of the given lengths. */
export function split(x: Value, axis: number, lengths: readonly number[]): Value[] {
  const index = axisFromFront(x.shape, axis);
  const outputs = lengths.map((length) => ({ shape: x.shape.with(index, length) }));
  const parts = x.graph.emitMany("Split", [x, x.graph.integers(lengths)], outputs, {
    attributes: { axis: { integer: index } },
  });
  x.graph.differentiable(parts, [x], (...gradients) => [
    concatenate(
      gradients.map((gradient, part) => gradient ?? zerosLike(parts[part] ?? x)),
      index,
    ),
  ]);
  return parts;
}

/** Joins values along `axis`, whose lengths must be known. */
export function concatenate(parts: readonly Value[], axis: number): Value {
  const [first] = parts;
  if (first === undefined) throw new GemError("bad-option", "Nothing to concatenate.");
  const index = axisFromFront(first.shape, axis);
  const lengths = parts.map((part) => knownLength(part.shape[index] ?? 1));
  const shape = first.shape.with(
    index,
    lengths.reduce((sum, length) => sum + length, 0),
  );
  const y = first.graph.emit("Concat", parts, { shape, attributes: { axis: { integer: index } } });
  y.graph.differentiable([y], parts, (gradient) => (gradient === undefined ? [] : split(gradient, index, lengths)));
  return y;
}

/** The positions `start` to `end` (exclusive, not negative) of `axis`, whose length must be known. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  const { graph } = x;
  const index = axisFromFront(x.shape, axis);
  const length = knownLength(x.shape[index] ?? 1);
  if (start < 0 || end > length || start >= end)
    throw new GemError("bad-option", `No positions ${start} to ${end} in ${length}.`);
  const axes = graph.integers([index]);
  const y = graph.emit("Slice", [x, graph.integers([start]), graph.integers([end]), axes], {
    shape: x.shape.with(index, end - start),
  });
  graph.differentiable([y], [x], (gradient) => {
    if (gradient === undefined) return [];
    const padding = graph.integers([start, length - end]);
    return [graph.emit("Pad", [gradient, padding, graph.scalar(0), axes], { shape: x.shape })];
  });
  return y;
}

/** `x` repeated to the shape of `like`, to which it must broadcast, as a tensor in memory. */
export function expandLike(x: Value, like: Value): Value {
  const { graph } = x;
  const known = like.shape.filter((dimension) => typeof dimension === "number");
  const target =
    known.length === like.shape.length
      ? graph.integers(known)
      : graph.emit("Shape", [like], { shape: [like.shape.length], type: "int64" });
  return graph.emit("Expand", [x, target], { shape: like.shape });
}

/** Zeros of the shape of `x`. */
export function zerosLike(x: Value): Value {
  return expandLike(x.graph.scalar(0), x);
}

function swapLastTwo(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
}

function knownLength(dimension: Dimension): number {
  if (typeof dimension === "number") return dimension;
  throw new GemError("bad-option", `The axis ${dimension} has no length before the graph runs.`);
}

/**
 * A shape as the int64 vector that `Reshape` takes. Axes that are known only at run time are inferred
 * (`-1`, at most one) or read off an input of the graph that has them.
 */
function runtimeShape(graph: GraphBuilder, shape: Shape): Value {
  if (shape.filter((dimension) => typeof dimension === "string").length <= 1) {
    return graph.integers(shape.map((dimension) => (typeof dimension === "number" ? dimension : -1)));
  }
  const lengths = shape.map((dimension) =>
    typeof dimension === "number" ? graph.integers([dimension]) : graph.runtimeLength(dimension),
  );
  return graph.emit("Concat", lengths, { shape: [shape.length], attributes: { axis: { integer: 0 } } });
}
