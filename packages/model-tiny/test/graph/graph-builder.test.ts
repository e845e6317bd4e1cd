import { describe, expect, test } from "vitest";
import { differentiate } from "../../src/graph/differentiate.ts";
import { GraphBuilder } from "../../src/graph/graph-builder.ts";
import { add, multiply, scale } from "../../src/graph/operations/arithmetic.ts";
import { exp } from "../../src/graph/operations/elementwise.ts";
import { reshape, zerosLike } from "../../src/graph/operations/layout.ts";
import { matmul } from "../../src/graph/operations/matrix.ts";
import { reduceMean, reduceSum } from "../../src/graph/operations/reduction.ts";
import { runGraph } from "./run-graph.ts";

describe("a graph", () => {
  test("keeps only what its outputs need", () => {
    const graph = new GraphBuilder();
    const a = graph.input("a", "float32", [2]);
    const b = graph.input("b", "float32", [2]);
    exp(b);
    const y = scale(a, 2);
    const { inputNames, nodeCount, outputNames } = graph.encode({ y });
    expect(inputNames).toEqual(["a"]);
    expect(outputNames).toEqual(["y"]);
    expect(nodeCount).toBe(1);
  });

  test("gives one value out under two names, and inputs and constants as they are", async () => {
    const a = { data: Float32Array.of(1, 2), shape: [2] };
    const outputs = await runGraph({ a }, ({ a: x }, graph) => {
      const y = scale(x!, 3);
      return { first: y, second: y, input: x!, constant: graph.constant(Float32Array.of(7), [1]) };
    });
    expect(outputs).toEqual({
      first: Float32Array.of(3, 6),
      second: Float32Array.of(3, 6),
      input: Float32Array.of(1, 2),
      constant: Float32Array.of(7),
    });
  });

  test("gives the same input again for the same name, and refuses another shape or type", () => {
    const graph = new GraphBuilder();
    const a = graph.input("a", "float32", ["rows", 2]);
    expect(graph.input("a", "float32", ["rows", 2])).toBe(a);
    expect(() => graph.input("a", "float32", [3, 2])).toThrow(expect.objectContaining({ code: "bad-option" }));
    expect(() => graph.input("a", "int32", ["rows", 2])).toThrow(expect.objectContaining({ code: "bad-option" }));
  });

  test("refuses shapes that do not fit", () => {
    const graph = new GraphBuilder();
    const a = graph.input("a", "float32", [2, 3]);
    const b = graph.input("b", "float32", [2, 4]);
    for (const build of [
      () => add(a, b),
      () => matmul(a, b),
      () => reduceSum(a, { axes: [2] }),
      () => differentiate(a, [a]),
    ]) {
      expect(build).toThrow(expect.objectContaining({ code: "bad-option" }));
    }
    const named = graph.input("c", "float32", ["rows", 3]);
    expect(() => reduceMean(named)).toThrow(expect.objectContaining({ code: "bad-option" }));
    expect(() => reshape(a, ["lines", "columns"])).toThrow(expect.objectContaining({ code: "bad-option" }));
  });
});

describe("differentiate", () => {
  test("adds up the gradients of a value that is used several times", async () => {
    const a = { data: Float32Array.of(2), shape: [1] };
    const { gradient } = await runGraph({ a }, ({ a: x }) => {
      // y = x^2 e^x + x, so y' = (2x + x^2) e^x + 1.
      const y = add(multiply(multiply(x!, x!), exp(x!)), x!);
      return { gradient: differentiate(reduceSum(y), [x!])[0]! };
    });
    expect(gradient![0]).toBeCloseTo(8 * Math.exp(2) + 1, 4);
  });

  test("knows no gradient for what the output does not depend on", () => {
    const graph = new GraphBuilder();
    const a = graph.input("a", "float32", []);
    const b = graph.input("b", "float32", []);
    expect(differentiate(exp(a), [b])).toEqual([undefined]);
    expect(differentiate(a, [a])[0]!.shape).toEqual([]);
  });

  test("can be applied to a gradient", async () => {
    const a = { data: Float32Array.of(2), shape: [] };
    const { second } = await runGraph({ a }, ({ a: x }) => {
      const [first] = differentiate(multiply(multiply(x!, x!), x!), [x!]);
      return { second: differentiate(first!, [x!])[0]! };
    });
    expect(second![0]).toBe(12);
  });
});

describe("axes whose length is known only at run time", () => {
  test("pass through products, sums and reshapes, and gradients have the lengths of the run", async () => {
    const inputs = {
      x: { data: Float32Array.from({ length: 24 }, (_, index) => index), shape: [2, 3, 4] },
      w: { data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), shape: [4, 2] },
    };
    const outputs = await runGraph(
      inputs,
      ({ x, w }) => {
        const flat = reshape(x!, ["batch*length", 4]);
        const y = reshape(matmul(flat, w!), ["batch", "length", 2]);
        const [dx, dw] = differentiate(reduceSum(multiply(y, reduceSum(y, { axes: [-1], keep: true }))), [x!, w!]);
        return { y, dx: dx!, dw: dw!, zeros: zerosLike(y) };
      },
      { batch: 2, length: 3 },
      { declared: { x: ["batch", "length", 4] } },
    );
    expect(Array.from(outputs["y"]!.subarray(0, 4))).toEqual([34, 40, 98, 120]);
    // With s = y_1 + y_2 of a row, the sum of y s is s^2: its derivative by x is 2 s (w_1 + w_2).
    expect(Array.from(outputs["dx"]!.subarray(0, 4))).toEqual([3, 7, 11, 15].map((w) => 2 * 74 * w));
    expect(outputs["dw"]).toHaveLength(8);
    expect(outputs["zeros"]).toEqual(new Float32Array(12));
  });
});
