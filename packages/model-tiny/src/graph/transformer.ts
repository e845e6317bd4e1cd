import { type Architecture, LAYER_NORM_EPSILON, parameterTable } from "../architecture.ts";
import type { GraphBuilder, Value } from "./graph-builder.ts";
import { add, multiply, negate } from "./operations/arithmetic.ts";
import { attention, causalMask } from "./operations/attention.ts";
import { exp, relu, stopGradient } from "./operations/elementwise.ts";
import { layerNormalization } from "./operations/layer-normalization.ts";
import { reshape, slice, split, transpose } from "./operations/layout.ts";
import { embedding, pick } from "./operations/lookup.ts";
import { matmul } from "./operations/matrix.ts";
import { reduceSum } from "./operations/reduction.ts";
import { logSoftmax } from "./operations/softmax.ts";
import { type Dimension, productDimension } from "./shape.ts";

/** What fixes a transformer graph. */
export interface TransformerOptions {
  readonly architecture: Architecture;
  /** Size of the tokenizer: ids from here to `architecture.vocabulary` are padding and get no probability. */
  readonly tokens: number;
  /** Number of sequences; default a name, so that one graph serves any number. */
  readonly batch?: Dimension;
  /** Tokens in a sequence; default a name, so that one graph serves any length up to the context. */
  readonly length?: Dimension;
}

/** The values of a transformer graph that losses and outputs are made of. */
export interface Transformer {
  /** Graph inputs under the names of the parameter table; `positions` holds only the first `length` rows. */
  readonly parameters: ReadonlyMap<string, Value>;
  readonly batch: Dimension;
  readonly length: Dimension;
  /** Log-probability of each target under softmax(logits / temperature), `[batch, length]`. */
  readonly logprobs: Value;
  /** Entropy in nats of that distribution, `[batch, length]`. */
  readonly entropy: Value;
  /** The value head, `[batch, length]`; detached, its gradient stops before the body. */
  values(options?: { readonly detached?: boolean }): Value;
}

/**
 * The network of {@link Architecture} as a graph. Inputs besides the parameters: `tokens` and `targets`, int32
 * `[batch, length]`, and the scalar `inverseTemperature`, by which the logits are multiplied.
 *
 * Position `t` sees tokens `0..t` and predicts `targets[t]`, which is usually token `t + 1`. Rows are padded at the end:
 * attention is causal, so padding changes nothing before it.
 */
export function transformer(graph: GraphBuilder, options: TransformerOptions): Transformer {
  const { architecture, tokens: vocabulary, batch = "batch", length = "length" } = options;
  const { layers, width, heads } = architecture;
  const rows = productDimension(batch, length);
  const parameters = new Map<string, Value>();
  for (const { name, shape } of parameterTable(architecture).slots) {
    parameters.set(name, graph.input(name, "float32", name === "positions" ? [length, width] : shape));
  }
  const parameter = (name: string): Value => required(parameters.get(name));
  const norm = (x: Value, name: string): Value =>
    layerNormalization(x, parameter(`${name}.scale`), parameter(`${name}.shift`), LAYER_NORM_EPSILON);
  const byHead = (x: Value): Value => transpose(reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);

  const tokens = reshape(graph.input("tokens", "int32", [batch, length]), [rows]);
  const targets = reshape(graph.input("targets", "int32", [batch, length]), [rows]);
  const mask = causalMask(graph, length);
  const embedded = reshape(embedding(parameter("embedding"), tokens), [batch, length, width]);
  let stream = reshape(add(embedded, parameter("positions")), [rows, width]);
  for (let layer = 0; layer < layers; layer++) {
    const name = `layers.${layer}`;
    const projected = matmul(norm(stream, `${name}.attention.norm`), parameter(`${name}.attention.qkv`));
    const [query, key, value] = split(projected, 1, [width, width, width]);
    const attended = attention(byHead(required(query)), byHead(required(key)), byHead(required(value)), mask);
    const joined = reshape(transpose(attended, [0, 2, 1, 3]), [rows, width]);
    stream = add(stream, matmul(joined, parameter(`${name}.attention.output`)));
    const hidden = relu(matmul(norm(stream, `${name}.feedforward.norm`), parameter(`${name}.feedforward.up`)));
    stream = add(stream, matmul(hidden, parameter(`${name}.feedforward.down`)));
  }
  const state = norm(stream, "norm");

  const head = slice(parameter("embedding"), 0, 0, vocabulary);
  const inverseTemperature = graph.input("inverseTemperature", "float32", []);
  const distribution = logSoftmax(multiply(matmul(state, head, { transposeB: true }), inverseTemperature));
  const surprise = negate(reduceSum(multiply(exp(distribution), distribution), { axes: [1] }));
  return {
    parameters,
    batch,
    length,
    logprobs: reshape(pick(distribution, targets), [batch, length]),
    entropy: reshape(surprise, [batch, length]),
    values: ({ detached = false } = {}) => {
      const read = matmul(detached ? stopGradient(state) : state, parameter("value.weight"));
      return reshape(add(read, parameter("value.bias")), [batch, length]);
    },
  };
}

function required(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError("The parameter table and the graph disagree.");
  return value;
}
