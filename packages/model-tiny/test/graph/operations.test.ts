import { describe, expect, test } from "vitest";
import { differentiate } from "../../src/graph/differentiate.ts";
import { stopGradient } from "../../src/graph/operations/elementwise.ts";
import { add, multiply } from "../../src/graph/operations/arithmetic.ts";
import { reduceSum } from "../../src/graph/operations/reduction.ts";
import { OPERATION_CASES, type OperationCase } from "./operation-cases.ts";
import { runGraph, type Tensor } from "./run-graph.ts";
import { generator } from "./small-network.ts";

const NAMES = ["a", "b", "c"];

/** Inputs away from the kinks of relu, clip and the extrema: multiples of 0.13 that never meet. */
function inputsOf({ shapes, positive = false, ids }: OperationCase): Record<string, Tensor> {
  const next = generator(17);
  const inputs: Record<string, Tensor> = {};
  shapes.forEach((shape, index) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const data = Float32Array.from({ length: size }, () => {
      const x = (Math.floor(next() * 16) - 8) * 0.13 + 0.02 + 0.03 * index;
      return positive ? Math.abs(x) + 0.3 : x;
    });
    inputs[NAMES[index]!] = { data, shape };
  });
  if (ids !== undefined) inputs["ids"] = { data: Int32Array.from(ids), shape: [ids.length] };
  return inputs;
}

/** Runs the operation forward and backward: output `y` and gradients of sum(y * cotangent). */
async function runCase(example: OperationCase, inputs: Record<string, Tensor>, cotangent: readonly number[]) {
  return runGraph(inputs, (values, graph) => {
    const arguments_ = example.shapes.map((_, index) => values[NAMES[index]!]!);
    const y = example.build(arguments_, values["ids"]);
    const weights = graph.constant(Float32Array.from(cotangent), y.shape as number[]);
    const gradients = differentiate(y, arguments_, weights);
    const named = gradients.map((gradient, index) => [`gradient/${NAMES[index]}`, gradient!] as const);
    return { y, total: reduceSum(multiply(y, weights)), ...Object.fromEntries(named) };
  });
}

function cotangentOf(example: OperationCase, inputs: Record<string, Tensor>): number[] {
  const next = generator(23);
  return twinOf(example, inputs).map(() => Math.fround(2 * next() - 1));
}

function twinOf(example: OperationCase, inputs: Record<string, Tensor>): number[] {
  return example.twin(...example.shapes.map((_, index) => Array.from(inputs[NAMES[index]!]!.data)));
}

describe.each(OPERATION_CASES)("$name", (example) => {
  const inputs = inputsOf(example);
  const cotangent = cotangentOf(example, inputs);

  test("computes what its twin in double precision computes", async () => {
    const { y } = await runCase(example, inputs, cotangent);
    const expected = twinOf(example, inputs);
    expect(y).toHaveLength(expected.length);
    expected.forEach((value, index) => expect(Math.abs(y![index]! - value)).toBeLessThan(1e-6 * (1 + Math.abs(value))));
  });

  test("has the gradient that central differences of its twin give", async () => {
    const outputs = await runCase(example, inputs, cotangent);
    example.shapes.forEach((_, which) => {
      const data = inputs[NAMES[which]!]!.data;
      const step = 1e-5;
      const numeric = Array.from(data, (_, index) => {
        const at = (change: number): number => {
          const moved = example.shapes.map((_, i) => Array.from(inputs[NAMES[i]!]!.data));
          moved[which]![index]! += change;
          return example.twin(...moved).reduce((sum, value, i) => sum + value * cotangent[i]!, 0);
        };
        return (at(step) - at(-step)) / (2 * step);
      });
      const actual = outputs[`gradient/${NAMES[which]}`]!;
      expect(actual).toHaveLength(numeric.length);
      numeric.forEach((value, index) =>
        expect(Math.abs(actual[index]! - value), `${NAMES[which]}[${index}]`).toBeLessThan(
          4e-6 * (1 + Math.abs(value)),
        ),
      );
    });
  });

  test("has a gradient that agrees with differences of its own runs along a random direction", async () => {
    const outputs = await runCase(example, inputs, cotangent);
    const next = generator(31);
    const directions = example.shapes.map((_, i) => Float32Array.from(inputs[NAMES[i]!]!.data, () => next() - 0.5));
    const totalAt = async (step: number): Promise<number> => {
      const moved = { ...inputs };
      directions.forEach((direction, i) => {
        const { data, shape } = inputs[NAMES[i]!]!;
        moved[NAMES[i]!] = { data: Float32Array.from(data, (x, index) => x + step * direction[index]!), shape };
      });
      return (await runCase(example, moved, cotangent)).total![0]!;
    };
    const step = 4e-3;
    const numeric = ((await totalAt(step)) - (await totalAt(-step))) / (2 * step);
    const slope = directions.reduce(
      (sum, direction, i) => direction.reduce((s, d, index) => s + d * outputs[`gradient/${NAMES[i]}`]![index]!, sum),
      0,
    );
    expect(Math.abs(numeric - slope)).toBeLessThan(2e-3 * (1 + Math.abs(slope)));
  });
});

describe("stopGradient", () => {
  test("passes its value on and no gradient", async () => {
    const a = { data: Float32Array.of(2, 3), shape: [2] };
    const { y, gradient } = await runGraph({ a }, ({ a: x }) => {
      // y = x + stop(x) x, so dy/dx = 1 + stop(x).
      const y = add(x!, multiply(stopGradient(x!), x!));
      return { y, gradient: differentiate(reduceSum(y), [x!])[0]! };
    });
    expect(y).toEqual(Float32Array.of(6, 12));
    expect(gradient).toEqual(Float32Array.of(3, 4));
  });
});

describe("ties and kinks", () => {
  test("give the whole gradient to the first operand, to the inside of a bound, and none to relu at 0", async () => {
    const { clip, maximum, minimum } = await import("../../src/graph/operations/selection.ts");
    const { relu } = await import("../../src/graph/operations/elementwise.ts");
    const a = { data: Float32Array.of(1, 0), shape: [2] };
    const b = { data: Float32Array.of(1, 0), shape: [2] };
    const outputs = await runGraph({ a, b }, ({ a: x, b: y }, graph) => {
      const [lowA, lowB] = differentiate(reduceSum(minimum(x!, y!)), [x!, y!]);
      const [highA, highB] = differentiate(reduceSum(maximum(x!, y!)), [x!, y!]);
      const [bounded] = differentiate(reduceSum(clip(x!, graph.scalar(0), graph.scalar(1))), [x!]);
      const [rectified] = differentiate(reduceSum(relu(x!)), [x!]);
      return { lowA: lowA!, lowB: lowB!, highA: highA!, highB: highB!, bounded: bounded!, rectified: rectified! };
    });
    expect(outputs).toEqual({
      lowA: Float32Array.of(1, 1),
      lowB: Float32Array.of(0, 0),
      highA: Float32Array.of(1, 1),
      highB: Float32Array.of(0, 0),
      bounded: Float32Array.of(1, 1),
      rectified: Float32Array.of(1, 0),
    });
  });
});
