import { GemError } from "@gem-ts/core";
import type { Value } from "../graph-builder.ts";
import { broadcastShape, type Dimension } from "../shape.ts";
import { sumTo } from "./arithmetic.ts";

/** How {@link matmul} reads its operands. */
export interface MatmulOptions {
  /** Use the transpose of the last two axes of `a`. Default false. */
  readonly transposeA?: boolean;
  /** Use the transpose of the last two axes of `b`. Default false. */
  readonly transposeB?: boolean;
  /** Factor on the product. Default 1. */
  readonly factor?: number;
}

/**
 * Matrix product over the last two axes, `[..., m, k] x [..., k, n] -> [..., m, n]`; leading axes broadcast.
 */
export function matmul(a: Value, b: Value, options: MatmulOptions = {}): Value {
  const { transposeA = false, transposeB = false, factor = 1 } = options;
  const [m, k] = lastTwo(a, transposeA);
  const [inner, n] = lastTwo(b, transposeB);
  if (k !== inner) {
    throw new GemError("bad-option", `Shapes [${a.shape.join(", ")}] and [${b.shape.join(", ")}] do not multiply.`);
  }
  const shape = [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n];
  const flat = a.shape.length === 2 && b.shape.length === 2;
  const y = a.graph.emit(flat ? "Gemm" : "FusedMatMul", [a, b], {
    shape,
    domain: flat ? "" : "com.microsoft",
    attributes: {
      transA: { integer: transposeA ? 1 : 0 },
      transB: { integer: transposeB ? 1 : 0 },
      alpha: { float: factor },
    },
  });
  y.graph.differentiable([y], [a, b], (gradient) => {
    if (gradient === undefined) return [];
    const gradientA = transposeA
      ? matmul(b, gradient, { transposeA: transposeB, transposeB: true, factor })
      : matmul(gradient, b, { transposeB: !transposeB, factor });
    const gradientB = transposeB
      ? matmul(gradient, a, { transposeA: true, transposeB: transposeA, factor })
      : matmul(a, gradient, { transposeA: !transposeA, factor });
    return [sumTo(gradientA, a.shape), sumTo(gradientB, b.shape)];
  });
  return y;
}

function lastTwo(x: Value, transposed: boolean): [Dimension, Dimension] {
  const [rows, columns] = x.shape.slice(-2);
  if (rows === undefined || columns === undefined)
    throw new GemError("bad-option", "A matrix product needs at least two axes.");
  return transposed ? [columns, rows] : [rows, columns];
}
