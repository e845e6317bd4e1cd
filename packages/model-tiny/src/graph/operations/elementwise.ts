import type { Value } from "../graph-builder.ts";
import { divide, multiply } from "./arithmetic.ts";

/** `e^x`. */
export function exp(x: Value): Value {
  const y = x.graph.emit("Exp", [x], { shape: x.shape });
  y.graph.differentiable([y], [x], (gradient) => [gradient && multiply(gradient, y)]);
  return y;
}

/** Natural logarithm. */
export function log(x: Value): Value {
  const y = x.graph.emit("Log", [x], { shape: x.shape });
  y.graph.differentiable([y], [x], (gradient) => [gradient && divide(gradient, x)]);
  return y;
}

/** `max(x, 0)`; the gradient at 0 is 0. */
export function relu(x: Value): Value {
  const y = x.graph.emit("Relu", [x], { shape: x.shape });
  y.graph.differentiable([y], [x], (gradient) => [gradient && multiply(gradient, isPositive(y))]);
  return y;
}

/**
 * 1 where `x` is positive and 0 elsewhere, as float32, not differentiable.
 *
 * `HardSigmoid` is `max(0, min(1, alpha x + beta))`, so with a huge slope it is a step: one pass over memory instead
 * of the three of `Greater`, `Cast` and the conversion of its booleans. Wrong only for 0 < x < 1e-37.
 */
function isPositive(x: Value): Value {
  return x.graph.emit("HardSigmoid", [x], {
    shape: x.shape,
    attributes: { alpha: { float: 1e37 }, beta: { float: 0 } },
  });
}

/** `x`, through which no gradient passes. */
export function stopGradient(x: Value): Value {
  return x.graph.emit("Identity", [x], { shape: x.shape });
}
