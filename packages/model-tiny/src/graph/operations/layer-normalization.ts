import type { Value } from "../graph-builder.ts";
import { add, multiply, scale as times, subtract, sumTo } from "./arithmetic.ts";
import { matmul } from "./matrix.ts";

/**
 * Layer normalisation over the last axis (Ba et al. 2016): `scale (x - mean) / sqrt(variance + epsilon) + shift`.
 *
 * @param x `[rows, width]`.
 * @param scale `[width]`.
 * @param shift `[width]`.
 */
export function layerNormalization(x: Value, scale: Value, shift: Value, epsilon: number): Value {
  const { graph } = x;
  const [rows = 1, width = 1] = x.shape;
  const [y, mean, inverseDeviation] = graph.emitMany(
    "LayerNormalization",
    [x, scale, shift],
    [{ shape: x.shape }, { shape: [rows, 1] }, { shape: [rows, 1] }],
    { attributes: { axis: { integer: -1 }, epsilon: { float: epsilon } } },
  );
  if (y === undefined || mean === undefined || inverseDeviation === undefined) throw new RangeError("Unreachable.");
  graph.differentiable([y], [x, scale, shift], (gradient) => {
    if (gradient === undefined || typeof width !== "number") return [];
    const normalized = multiply(subtract(x, mean), inverseDeviation);
    const product = multiply(gradient, normalized);
    // With g = gradient * scale: dx = (g - mean(g) - normalized * mean(g * normalized)) / deviation. Both means are
    // products with the vector scale / width, so g is formed only once.
    const weights = times(graph.emit("Unsqueeze", [scale, graph.integers([1])], { shape: [width, 1] }), 1 / width);
    const centre = matmul(gradient, weights);
    const slope = matmul(product, weights);
    const inner = subtract(multiply(gradient, scale), add(centre, multiply(normalized, slope)));
    return [multiply(inner, inverseDeviation), sumTo(product, scale.shape), sumTo(gradient, shift.shape)];
  });
  return y;
}
