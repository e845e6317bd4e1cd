import type { GraphBuilder, Value } from "../graph-builder.ts";
import type { Dimension } from "../shape.ts";
import { add } from "./arithmetic.ts";
import { matmul } from "./matrix.ts";
import { softmax } from "./softmax.ts";

/**
 * Causal scaled dot-product attention (Vaswani et al. 2017): `softmax(q k^T / sqrt(head width) + mask) v`.
 *
 * @param query `[batch, heads, length, head width]`, as are `key` and `value`.
 * @param mask `[length, length]`: 0 where a position may look and a large negative number elsewhere.
 */
export function attention(query: Value, key: Value, value: Value, mask: Value): Value {
  const width = query.shape.at(-1);
  if (typeof width !== "number") throw new RangeError("The width of a head must be known.");
  const scores = matmul(query, key, { transposeB: true, factor: 1 / Math.sqrt(width) });
  return matmul(softmax(add(scores, mask)), value);
}

/** 0 where position `row` may look at position `column`, that is `column <= row`, and -1e9 elsewhere: `[length, length]`. */
export function causalMask(graph: GraphBuilder, length: Dimension, longest: number): Value {
  const size = typeof length === "number" ? length : longest;
  const mask = new Float32Array(size * size);
  for (let row = 0; row < size; row++) mask.fill(-1e9, row * size + row + 1, (row + 1) * size);
  const whole = graph.constant(mask, [size, size]);
  if (typeof length === "number") return whole;
  const end = graph.runtimeLength(length);
  const ends = graph.emit("Concat", [end, end], { shape: [2], attributes: { axis: { integer: 0 } } });
  return graph.emit("Slice", [whole, graph.integers([0, 0]), ends], { shape: [length, length] });
}
