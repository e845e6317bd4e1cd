import type { Value } from "../graph-builder.ts";
import { multiply, subtract } from "./arithmetic.ts";
import { exp } from "./elementwise.ts";
import { reduceSum } from "./reduction.ts";

/** `e^x / sum(e^x)` over the last axis. */
export function softmax(x: Value): Value {
  const y = x.graph.emit("Softmax", [x], { shape: x.shape, attributes: { axis: { integer: -1 } } });
  y.graph.differentiable([y], [x], (gradient) => {
    if (gradient === undefined) return [];
    const mean = reduceSum(multiply(gradient, y), { axes: [-1], keep: true });
    return [multiply(y, subtract(gradient, mean))];
  });
  return y;
}

/** `x - log(sum(e^x))` over the last axis. */
export function logSoftmax(x: Value): Value {
  const y = x.graph.emit("LogSoftmax", [x], { shape: x.shape, attributes: { axis: { integer: -1 } } });
  y.graph.differentiable([y], [x], (gradient) => {
    if (gradient === undefined) return [];
    return [subtract(gradient, multiply(exp(y), reduceSum(gradient, { axes: [-1], keep: true })))];
  });
  return y;
}

/** `log(sum(e^x))` over the last axis, which stays with length 1. */
export function logSumExp(x: Value): Value {
  const shape = x.shape.with(-1, 1);
  const y = x.graph.emit("ReduceLogSumExp", [x, x.graph.integers([-1])], {
    shape,
    attributes: { keepdims: { integer: 1 } },
  });
  y.graph.differentiable([y], [x], (gradient) => [gradient && multiply(gradient, exp(subtract(x, y)))]);
  return y;
}
