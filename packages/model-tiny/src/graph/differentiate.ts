import { GemError } from "@gem-ts/core";
import type { Value } from "./graph-builder.ts";
import { add } from "./operations/arithmetic.ts";
import { sameShape } from "./shape.ts";

/**
 * Reverse-mode differentiation: adds to the graph of `output` the nodes that compute the gradient of
 * sum(`output` * `cotangent`) with respect to each of `parameters`.
 *
 * @param cotangent Of the shape of `output`; by default 1, for which `output` must be a scalar.
 * @returns One gradient a parameter, of the parameter's shape; undefined where `output` does not depend on it.
 * @throws bad-option where the shapes of `output` and `cotangent` differ.
 */
export function differentiate(
  output: Value,
  parameters: readonly Value[],
  cotangent: Value = output.graph.scalar(1),
): (Value | undefined)[] {
  const { graph } = output;
  if (!sameShape(output.shape, cotangent.shape)) {
    throw new GemError("bad-option", `A value of shape [${output.shape.join(", ")}] needs a cotangent of that shape.`);
  }
  const tape = [...graph.tape];
  const relevant = new Set(parameters.map((value) => value.name));
  for (const { inputs, outputs } of tape) {
    if (inputs.some((value) => relevant.has(value.name))) for (const value of outputs) relevant.add(value.name);
  }
  const gradients = new Map<string, Value>();
  if (relevant.has(output.name)) gradients.set(output.name, cotangent);
  for (const { inputs, outputs, rule } of tape.reverse()) {
    if (!inputs.some((value) => relevant.has(value.name))) continue;
    const incoming = outputs.map((value) => gradients.get(value.name));
    if (incoming.every((gradient) => gradient === undefined)) continue;
    rule(...incoming).forEach((gradient, index) => {
      const input = inputs[index];
      if (gradient === undefined || input === undefined || !relevant.has(input.name)) return;
      const earlier = gradients.get(input.name);
      gradients.set(input.name, earlier === undefined ? gradient : add(earlier, gradient));
    });
  }
  return parameters.map((value) => gradients.get(value.name));
}
