import { GemError } from "@gem-ts/core";
import type { Value } from "../graph-builder.ts";
import { add, multiply, scale as times, subtract, sumTo } from "./arithmetic.ts";
import { matmul } from "./matrix.ts";

/**
 * Layer normalisation over the last axis (Ba et al. 2016): `scale (x - mean) / sqrt(variance + epsilon) + shift`.
 *
 * @param x `[..., width]`.
 * @param scale `[width]`.
 * @param shift `[width]`.
 */
export function layerNormalization(x: Value, scale: Value, shift: Value, epsilon: number): Value {
  const { graph } = x;
  const width = x.shape.at(-1);
  if (typeof width !== "number") throw new GemError("bad-option", "The width of a layer norm must be known.");
  const statistic = { shape: x.shape.with(-1, 1) };
  const [y, mean, inverseDeviation] = graph.emitMany(
    "LayerNormalization",
    [x, scale, shift],
    [{ shape: x.shape }, statistic, statistic],
    { attributes: { axis: { integer: -1 }, epsilon: { float: epsilon } } },
  );
  graph.differentiable([y], [x, scale, shift], (gradient) => {
    if (gradient === undefined) return [];
    const normalized = multiply(subtract(x, mean), inverseDeviation);
    const product = multiply(gradient, normalized);
    // With g = gradient * scale: dx = (g - mean(g) - normalized * mean(g * normalized)) / deviation. Both means are
    // products with the vector scale / width, so that g * normalized is never formed.
    const column = graph.emit("Unsqueeze", [scale, graph.integers([1])], { shape: [width, 1] });
    const weights = times(column, 1 / width);
    const centre = matmul(gradient, weights);
    const slope = matmul(product, weights);
    const inner = subtract(multiply(gradient, scale), add(multiply(normalized, slope), centre));
    return [multiply(inner, inverseDeviation), sumTo(product, scale.shape), sumTo(gradient, shift.shape)];
  });
  return y;
}
