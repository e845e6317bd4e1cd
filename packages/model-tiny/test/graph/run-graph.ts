import { loadBackend, type LoadBackendOptions, type TensorView } from "../../src/graph/backend.ts";
import { GraphBuilder, type Value } from "../../src/graph/graph-builder.ts";
import { elementCount, type Shape } from "../../src/graph/shape.ts";

/** A tensor with its shape. */
export interface Tensor {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/** Options of {@link runGraph}. */
export interface RunGraphOptions extends LoadBackendOptions {
  /** Shapes under which inputs are declared, where they differ from those of the data: with named axes. */
  readonly declared?: Readonly<Record<string, Shape>>;
}

/**
 * Builds a graph over `inputs` and runs it once. `build` returns its outputs; `shapes` says how large those are whose
 * axes have names.
 */
export async function runGraph(
  inputs: Readonly<Record<string, Tensor>>,
  build: (inputs: Readonly<Record<string, Value>>, graph: GraphBuilder) => Readonly<Record<string, Value>>,
  sizes: Readonly<Record<string, number>> = {},
  { declared = {}, ...options }: RunGraphOptions = {},
): Promise<Record<string, Float32Array>> {
  const graph = new GraphBuilder();
  const values: Record<string, Value> = {};
  for (const [name, { data, shape }] of Object.entries(inputs)) {
    values[name] = graph.input(name, data instanceof Float32Array ? "float32" : "int32", declared[name] ?? shape);
  }
  const outputs = build(values, graph);
  const encoded = graph.encode(outputs);
  const backend = await loadBackend(options);
  const session = await backend.createSession(encoded.bytes);
  const into: Record<string, TensorView> = {};
  for (const [name, { shape }] of Object.entries(outputs)) {
    const known = shape.map((dimension) => (typeof dimension === "number" ? dimension : sizes[dimension]!));
    into[name] = { data: new Float32Array(elementCount(known)), shape: known };
  }
  try {
    await session.run(Object.fromEntries(encoded.inputNames.map((name) => [name, inputs[name]!])), into);
  } finally {
    await session.release();
  }
  return Object.fromEntries(Object.entries(into).map(([name, { data }]) => [name, data as Float32Array]));
}
