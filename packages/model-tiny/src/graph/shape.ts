import { GemError } from "@gem-ts/core";
/** One axis: a length known while the graph is built, or the name of a length known only when it runs. */
export type Dimension = number | string;

/** Row-major shape of a value; `[]` is a scalar. */
export type Shape = readonly Dimension[];

/** Number of elements, where every axis is known. */
export function elementCount(shape: Shape): number {
  return shape.reduce<number>((product, dimension) => {
    if (typeof dimension !== "number")
      throw new GemError("bad-option", `The axis ${dimension} has no length before the graph runs.`);
    return product * dimension;
  }, 1);
}

/** Whether two shapes are the same, axis by axis. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/**
 * Shape of an element-wise operation on `a` and `b` under NumPy's broadcasting rules, which are also ONNX's.
 * @throws bad-option where two axes differ and neither is 1.
 */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new GemError("bad-option", `Shapes [${a.join(", ")}] and [${b.join(", ")}] do not broadcast.`);
    }
    return left === 1 ? right : left;
  });
}

/** Axes of `wide` along which a value of shape `narrow` is repeated when the two are broadcast together. */
export function broadcastAxes(wide: Shape, narrow: Shape): number[] {
  const offset = wide.length - narrow.length;
  return wide.flatMap((dimension, axis) => (axis < offset || narrow[axis - offset] !== dimension ? [axis] : []));
}

/** An axis given as ONNX allows it, `-1` meaning the last one, as an index from the front. */
export function axisFromFront(shape: Shape, axis: number): number {
  const index = axis < 0 ? axis + shape.length : axis;
  if (index < 0 || index >= shape.length)
    throw new GemError("bad-option", `A value of shape [${shape.join(", ")}] has no axis ${axis}.`);
  return index;
}

/** Product of two axes, written as text where one of them is known only at run time. */
export function productDimension(a: Dimension, b: Dimension): Dimension {
  if (a === 1) return b;
  if (b === 1) return a;
  return typeof a === "number" && typeof b === "number" ? a * b : `${a}*${b}`;
}
