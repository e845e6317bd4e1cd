import { type Architecture, LAYER_NORM_EPSILON, parameterTable } from "../architecture.ts";
import type { GraphBuilder, Value } from "./graph-builder.ts";
import { add } from "./operations/arithmetic.ts";
import { attention, causalMask } from "./operations/attention.ts";
import { relu } from "./operations/elementwise.ts";
import { layerNormalization } from "./operations/layer-normalization.ts";
import { reshape, split, transpose } from "./operations/layout.ts";
import { embedding } from "./operations/lookup.ts";
import { matmul } from "./operations/matrix.ts";
import { type Dimension, productDimension } from "./shape.ts";

export interface TransformerOptions {
  readonly architecture: Architecture;
  readonly batch: Dimension;
  readonly length: Dimension;
}

export function transformer(graph: GraphBuilder, options: TransformerOptions) {
  const { architecture, batch, length } = options;
  const { layers, width, heads, context } = architecture;
  const headWidth = width / heads;
  const rows = productDimension(batch, length);
  const parameters = new Map<string, Value>();
  for (const slot of parameterTable(architecture).slots) {
    const shape = slot.name === "positions" ? [length, width] : slot.shape;
    parameters.set(slot.name, graph.input(slot.name, "float32", shape));
  }
  const parameter = (name: string): Value => parameters.get(name)!;
  const tokens = graph.input("tokens", "int32", [batch, length]);
  const mask = causalMask(graph, length, context);
  const embedded = reshape(embedding(parameter("embedding"), reshape(tokens, [rows])), [batch, length, width]);
  let stream = reshape(add(embedded, parameter("positions")), [rows, width]);
  const norm = (x: Value, name: string): Value => layerNormalization(x, parameter(`${name}.scale`), parameter(`${name}.shift`), LAYER_NORM_EPSILON);
  const toHeads = (x: Value): Value => transpose(reshape(x, [batch, length, heads, headWidth]), [0, 2, 1, 3]);
  for (let layer = 0; layer < layers; layer++) {
    const name = `layers.${layer}`;
    const projected = matmul(norm(stream, `${name}.attention.norm`), parameter(`${name}.attention.qkv`));
    const [query, key, value] = split(projected, 1, [width, width, width]).map(toHeads);
    const mixed = transpose(attention(query!, key!, value!, mask), [0, 2, 1, 3]);
    stream = add(stream, matmul(reshape(mixed, [rows, width]), parameter(`${name}.attention.output`)));
    const hidden = relu(matmul(norm(stream, `${name}.feedforward.norm`), parameter(`${name}.feedforward.up`)));
    stream = add(stream, matmul(hidden, parameter(`${name}.feedforward.down`)));
  }
  return { state: norm(stream, "norm"), parameters };
}
