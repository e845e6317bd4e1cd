import { GemError } from "@gem-ts/core";
import type { GraphBuilder, Value } from "../graph-builder.ts";
import type { Dimension } from "../shape.ts";
import { add, multiply, subtract } from "./arithmetic.ts";
import { range } from "./lookup.ts";
import { matmul } from "./matrix.ts";
import { reduceSum } from "./reduction.ts";
import { greaterOrEqual, select } from "./selection.ts";
import { softmax } from "./softmax.ts";

/**
 * Causal scaled dot-product attention (Vaswani et al. 2017): `softmax(q k^T / sqrt(head width) + mask) v`.
 *
 * @param query `[batch, heads, length, head width]`, as are `key` and `value`.
 * @param mask `[length, length]`: 0 where a position may look and a large negative number elsewhere.
 */
export function attention(query: Value, key: Value, value: Value, mask: Value): Value {
  const { graph } = query;
  const width = query.shape.at(-1);
  if (typeof width !== "number") throw new GemError("bad-option", "The width of a head must be known.");
  const factor = 1 / Math.sqrt(width);
  const [y, probabilities] = graph.withoutTape(() => {
    const attended = softmax(add(matmul(query, key, { transposeB: true, factor }), mask));
    return [matmul(attended, value), attended];
  });
  graph.differentiable([y], [query, key, value], (gradient) => {
    if (gradient === undefined) return [];
    const gradientProbabilities = matmul(gradient, value, { transposeB: true });
    // The softmax rule needs sum_j dP_ij P_ij, which is sum_k dY_ik Y_ik (Dao et al. 2022, FlashAttention, appendix
    // B.4): a sum over the width of a head instead of over all positions.
    const mean = reduceSum(multiply(gradient, y), { axes: [-1], keep: true });
    const gradientScores = multiply(probabilities, subtract(gradientProbabilities, mean));
    return [
      matmul(gradientScores, key, { factor }),
      matmul(gradientScores, query, { transposeA: true, factor }),
      matmul(probabilities, gradient, { transposeA: true }),
    ];
  });
  return y;
}

/** 0 where `row` may look at `column`, that is `column <= row`, and -1e9 elsewhere: `[length, length]`. */
export function causalMask(graph: GraphBuilder, length: Dimension): Value {
  const positions = range(graph, length);
  const rows = graph.emit("Unsqueeze", [positions, graph.integers([1])], { shape: [length, 1] });
  const columns = graph.emit("Unsqueeze", [positions, graph.integers([0])], { shape: [1, length] });
  return select(greaterOrEqual(rows, columns), graph.scalar(0), graph.scalar(-1e9));
}
