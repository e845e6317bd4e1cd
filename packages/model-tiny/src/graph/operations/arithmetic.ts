import type { Value } from "../graph-builder.ts";
import { broadcastAxes, broadcastShape, sameShape, type Shape } from "../shape.ts";

/** `a + b`, with broadcasting. */
export function add(a: Value, b: Value): Value {
  const y = binary("Add", a, b);
  y.graph.differentiable([y], [a, b], (gradient) => [sumTo(gradient, a.shape), sumTo(gradient, b.shape)]);
  return y;
}

/** `a - b`, with broadcasting. */
export function subtract(a: Value, b: Value): Value {
  const y = binary("Sub", a, b);
  y.graph.differentiable([y], [a, b], (gradient) => [
    sumTo(gradient, a.shape),
    gradient && negate(sumTo(gradient, b.shape)),
  ]);
  return y;
}

/** `a b` element by element, with broadcasting. */
export function multiply(a: Value, b: Value): Value {
  const y = binary("Mul", a, b);
  y.graph.differentiable([y], [a, b], (gradient) => [
    gradient && sumTo(multiply(gradient, b), a.shape),
    gradient && sumTo(multiply(gradient, a), b.shape),
  ]);
  return y;
}

/** `a / b` element by element, with broadcasting. */
export function divide(a: Value, b: Value): Value {
  const y = binary("Div", a, b);
  y.graph.differentiable([y], [a, b], (gradient) => [
    gradient && sumTo(divide(gradient, b), a.shape),
    gradient && negate(sumTo(divide(multiply(gradient, y), b), b.shape)),
  ]);
  return y;
}

/** `-x`. */
export function negate(x: Value): Value {
  const y = x.graph.emit("Neg", [x], { shape: x.shape });
  y.graph.differentiable([y], [x], (gradient) => [gradient && negate(gradient)]);
  return y;
}

/** `factor * x` for a number that is known while the graph is built. */
export function scale(x: Value, factor: number): Value {
  return factor === 1 ? x : multiply(x, x.graph.scalar(factor));
}

/** `x^2` element by element. */
export function square(x: Value): Value {
  return multiply(x, x);
}

/**
 * The gradient of a broadcast: sums `gradient` over the axes along which a value of shape `shape` was repeated.
 * The result has the shape `shape`.
 */
export function sumTo(gradient: Value, shape: Shape): Value;
export function sumTo(gradient: Value | undefined, shape: Shape): Value | undefined;
export function sumTo(gradient: Value | undefined, shape: Shape): Value | undefined {
  if (gradient === undefined || sameShape(gradient.shape, shape)) return gradient;
  const { graph } = gradient;
  const axes = broadcastAxes(gradient.shape, shape);
  const kept = gradient.shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension));
  const sum = graph.emit("ReduceSum", [gradient, graph.integers(axes)], {
    shape: kept,
    attributes: { keepdims: { integer: 1 } },
  });
  const extra = kept.length - shape.length;
  if (extra === 0) return sum;
  return graph.emit("Squeeze", [sum, graph.integers(Array.from({ length: extra }, (_, axis) => axis))], { shape });
}

function binary(operator: string, a: Value, b: Value): Value {
  return a.graph.emit(operator, [a, b], { shape: broadcastShape(a.shape, b.shape) });
}
