import { GemError } from "@gem-ts/core";
import { differentiate } from "./differentiate.ts";
import { type EncodedGraph, GraphBuilder, type Value } from "./graph-builder.ts";
import type { LossPiece } from "./losses/loss-piece.ts";
import { type Transformer, transformer, type TransformerOptions } from "./transformer.ts";

/** Name of the output that holds the gradient of a parameter. */
export function gradientName(parameter: string): string {
  return `gradient/${parameter}`;
}

/** Name of the output that holds a reported scalar of a loss. */
export function reportName(name: string): string {
  return `report/${name}`;
}

/** A forward graph: gives `logprobs`, `entropy` and `values`, all `[batch, length]`. */
export interface ForwardGraph extends EncodedGraph {
  /** Names of the parameters it reads. */
  readonly parameters: readonly string[];
}

/** A training graph: gives what a forward graph gives, the scalar `loss`, reports and gradients. */
export interface TrainingGraph extends ForwardGraph {
  /** Parameters the loss depends on: those with a gradient output. */
  readonly trained: readonly string[];
  /** Float32 inputs `[batch, length]` of the loss. */
  readonly perTokenInputs: readonly string[];
  /** Scalar inputs of the loss, with their defaults. */
  readonly scalarInputs: ReadonlyMap<string, number | undefined>;
  /** Names of the scalars reported beside the loss. */
  readonly reports: readonly string[];
}

/** Builds the graph without gradients. */
export function buildForwardGraph(options: TransformerOptions): ForwardGraph {
  const graph = new GraphBuilder();
  const model = transformer(graph, options);
  const encoded = graph.encode(modelOutputs(model));
  return { ...encoded, parameters: encoded.inputNames.filter((name) => model.parameters.has(name)) };
}

/** Builds the graph of a loss with the gradients of all parameters that it depends on. */
export function buildTrainingGraph(loss: LossPiece, options: TransformerOptions): TrainingGraph {
  const graph = new GraphBuilder();
  const model = transformer(graph, options);
  const perTokenInputs = new Set<string>();
  const scalarInputs = new Map<string, number | undefined>();
  const reports = new Map<string, Value>();
  const total = loss.build({
    graph,
    logprobs: model.logprobs,
    entropy: model.entropy,
    values: model.values,
    perToken: (name) => {
      perTokenInputs.add(name);
      return graph.input(name, "float32", [model.batch, model.length]);
    },
    scalar: (name, defaultValue) => {
      scalarInputs.set(name, scalarInputs.get(name) ?? defaultValue);
      return graph.input(name, "float32", []);
    },
    report: (name, value) => {
      if (reports.has(name)) throw new GemError("bad-option", `Two terms of the loss report ${name}.`);
      reports.set(name, value);
    },
  });
  const names = [...model.parameters.keys()];
  const gradients = differentiate(total, [...model.parameters.values()]);
  const outputs: Record<string, Value> = { loss: total, ...modelOutputs(model) };
  for (const [name, value] of reports) outputs[reportName(name)] = value;
  const trained: string[] = [];
  gradients.forEach((gradient, index) => {
    const name = names[index];
    if (gradient === undefined || name === undefined) return;
    trained.push(name);
    outputs[gradientName(name)] = gradient;
  });
  const encoded = graph.encode(outputs);
  return {
    ...encoded,
    parameters: encoded.inputNames.filter((name) => model.parameters.has(name)),
    trained,
    perTokenInputs: [...perTokenInputs],
    scalarInputs,
    reports: [...reports.keys()],
  };
}

function modelOutputs({ logprobs, entropy, values }: Transformer): Record<string, Value> {
  return { logprobs, entropy, values: values() };
}
