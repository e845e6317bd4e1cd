import { GemError } from "@gem-ts/core";
import type { Architecture } from "../architecture.ts";
import type { TensorView } from "./backend.ts";
import type { SequenceBatch, TrainingBatch } from "./batch.ts";
import type { TrainingGraph } from "./training-graph.ts";

/** @throws bad-option where sizes or ids do not fit the network. */
export function checkSequences(batch: SequenceBatch, { context, vocabulary }: Architecture, tokens: number): void {
  const { batch: rows, length, temperature = 1 } = batch;
  if (!Number.isInteger(rows) || rows < 1) throw new GemError("bad-option", `A batch of ${rows} rows.`);
  if (!Number.isInteger(length) || length < 1 || length > context) {
    throw new GemError("bad-option", `Rows of ${length} tokens, where the context holds 1 to ${context}.`);
  }
  if (!(temperature > 0)) throw new GemError("bad-option", `The temperature is ${temperature}; it must be positive.`);
  checkIds("tokens", batch.tokens, rows * length, vocabulary);
  checkIds("targets", batch.targets, rows * length, tokens);
}

/**
 * Checks the inputs of the loss.
 * @returns Views of its scalars, defaults filled in, and of the coefficients.
 * @throws bad-option where one is missing, unknown or of the wrong size.
 */
export function checkTraining(batch: TrainingBatch, graph: TrainingGraph): Record<string, TensorView> {
  const { perToken, scalars = {}, loss } = batch;
  const count = batch.batch * batch.length;
  for (const name of graph.perTokenInputs) {
    const length = perToken[name]?.length;
    if (length === undefined)
      throw new GemError("bad-option", `The loss ${loss.key} needs the per-token input ${name}.`);
    if (length !== count) throw new GemError("bad-option", `${name} holds ${length} numbers for ${count} tokens.`);
  }
  const views: Record<string, TensorView> = {};
  for (const [name, defaultValue] of graph.scalarInputs) {
    const value = scalars[name] ?? defaultValue;
    if (value === undefined) throw new GemError("bad-option", `The loss ${loss.key} needs the scalar ${name}.`);
    views[name] = { data: Float32Array.of(value), shape: [] };
  }
  for (const name of Object.keys(scalars)) {
    if (!graph.scalarInputs.has(name)) throw new GemError("bad-option", `The loss ${loss.key} has no scalar ${name}.`);
  }
  return views;
}

function checkIds(name: string, ids: Int32Array, count: number, limit: number): void {
  if (ids.length !== count) throw new GemError("bad-option", `${name} holds ${ids.length} ids for ${count} tokens.`);
  const wrong = ids.findIndex((id) => id < 0 || id >= limit);
  if (wrong >= 0) throw new GemError("bad-option", `${name}[${wrong}] is ${ids[wrong]}; ids are 0 to ${limit - 1}.`);
}
