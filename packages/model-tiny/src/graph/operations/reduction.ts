import type { Value } from "../graph-builder.ts";
import { axisFromFront, elementCount } from "../shape.ts";
import { scale } from "./arithmetic.ts";
import { expandLike } from "./layout.ts";

/** Which axes a reduction removes. */
export interface ReductionOptions {
  /** Axes to reduce; default all. */
  readonly axes?: readonly number[];
  /** Whether reduced axes stay, with length 1. Default false. */
  readonly keep?: boolean;
}

/** Sum over `axes`. */
export function reduceSum(x: Value, { axes, keep = false }: ReductionOptions = {}): Value {
  const { graph } = x;
  const reduced = (axes ?? x.shape.map((_, axis) => axis)).map((axis) => axisFromFront(x.shape, axis));
  const kept = x.shape.map((dimension, axis) => (reduced.includes(axis) ? 1 : dimension));
  const y = graph.emit("ReduceSum", [x, graph.integers(reduced)], {
    shape: keep ? kept : x.shape.filter((_, axis) => !reduced.includes(axis)),
    attributes: { keepdims: { integer: keep ? 1 : 0 } },
  });
  graph.differentiable([y], [x], (gradient) => {
    if (gradient === undefined) return [];
    const wide = keep ? gradient : graph.emit("Unsqueeze", [gradient, graph.integers(reduced)], { shape: kept });
    return [expandLike(wide, x)];
  });
  return y;
}

/** Mean over `axes`, whose lengths must be known. */
export function reduceMean(x: Value, options: ReductionOptions = {}): Value {
  const axes = options.axes ?? x.shape.map((_, axis) => axis);
  const count = elementCount(axes.map((axis) => x.shape[axisFromFront(x.shape, axis)] ?? 1));
  return scale(reduceSum(x, options), 1 / count);
}
