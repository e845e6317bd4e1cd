import type { Value } from "../graph-builder.ts";
import { broadcastShape } from "../shape.ts";
import { sumTo } from "./arithmetic.ts";

/** Whether `a > b`, element by element, with broadcasting. */
export function greater(a: Value, b: Value): Value {
  return comparison("Greater", a, b);
}

/** Whether `a >= b`, element by element, with broadcasting. */
export function greaterOrEqual(a: Value, b: Value): Value {
  return comparison("GreaterOrEqual", a, b);
}

/** Whether `a = b`, element by element, with broadcasting. */
export function equal(a: Value, b: Value): Value {
  return comparison("Equal", a, b);
}

/** `whenTrue` where `condition` holds and `whenFalse` elsewhere; gradients go to the branch that was taken. */
export function select(condition: Value, whenTrue: Value, whenFalse: Value): Value {
  const y = selectRaw(condition, whenTrue, whenFalse);
  y.graph.differentiable([y], [whenTrue, whenFalse], (gradient) => {
    if (gradient === undefined) return [];
    const zero = y.graph.scalar(0);
    return [
      sumTo(selectRaw(condition, gradient, zero), whenTrue.shape),
      sumTo(selectRaw(condition, zero, gradient), whenFalse.shape),
    ];
  });
  return y;
}

/** The smaller of `a` and `b`, element by element; where they are equal the gradient goes to `a`. */
export function minimum(a: Value, b: Value): Value {
  return extremum("Min", a, b, () => greaterOrEqual(b, a));
}

/** The larger of `a` and `b`, element by element; where they are equal the gradient goes to `a`. */
export function maximum(a: Value, b: Value): Value {
  return extremum("Max", a, b, () => greaterOrEqual(a, b));
}

/** `x` bounded to `[low, high]`, both scalars or broadcastable; the gradient is 0 outside and 1 on the bounds. */
export function clip(x: Value, low: Value, high: Value): Value {
  return minimum(maximum(x, low), high);
}

function comparison(operator: string, a: Value, b: Value): Value {
  return a.graph.emit(operator, [a, b], { shape: broadcastShape(a.shape, b.shape), type: "bool" });
}

function selectRaw(condition: Value, whenTrue: Value, whenFalse: Value): Value {
  const shape = broadcastShape(condition.shape, broadcastShape(whenTrue.shape, whenFalse.shape));
  return condition.graph.emit("Where", [condition, whenTrue, whenFalse], { shape, type: whenTrue.type });
}

function extremum(operator: string, a: Value, b: Value, takesFirst: () => Value): Value {
  const y = a.graph.emit(operator, [a, b], { shape: broadcastShape(a.shape, b.shape) });
  y.graph.differentiable([y], [a, b], (gradient) => {
    if (gradient === undefined) return [];
    const zero = y.graph.scalar(0);
    const first = takesFirst();
    return [sumTo(selectRaw(first, gradient, zero), a.shape), sumTo(selectRaw(first, zero, gradient), b.shape)];
  });
  return y;
}
