import type { GraphBuilder, Value } from "../graph-builder.ts";
import { ELEMENT_TYPE_CODE } from "../onnx-model.ts";
import type { Dimension } from "../shape.ts";
import { multiply } from "./arithmetic.ts";
import { matmul } from "./matrix.ts";
import { equal } from "./selection.ts";

/** Rows `ids` (int32) of `table`: `[rows, width]` by `[count]` gives `[count, width]`. The gradient is a product with one-hot rows. */
export function embedding(table: Value, ids: Value): Value {
  const [rows = 1, width = 1] = table.shape;
  const [count = 1] = ids.shape;
  const y = table.graph.emit("Gather", [table, ids], { shape: [count, width], attributes: { axis: { integer: 0 } } });
  y.graph.differentiable([y], [table], (gradient) => [
    gradient && matmul(oneHot(ids, rows), gradient, { transposeA: true }),
  ]);
  return y;
}

/** The element of each row that `indices` (int32) names: `[count, width]` by `[count]` gives `[count, 1]`. */
export function pick(x: Value, indices: Value): Value {
  const { graph } = x;
  const [count = 1, width = 1] = x.shape;
  const column = graph.emit("Unsqueeze", [indices, graph.integers([1])], { shape: [count, 1] });
  const y = graph.emit("GatherElements", [x, column], { shape: [count, 1], attributes: { axis: { integer: 1 } } });
  graph.differentiable([y], [x], (gradient) => [gradient && multiply(oneHot(indices, width), gradient)]);
  return y;
}

/** One row an id, 1 in the column of that id and 0 elsewhere: `[count]` gives float32 `[count, width]`. */
function oneHot(ids: Value, width: Dimension): Value {
  const { graph } = ids;
  const [count = 1] = ids.shape;
  const column = graph.emit("Unsqueeze", [ids, graph.integers([1])], { shape: [count, 1] });
  const columns = graph.emit("Unsqueeze", [range(graph, width), graph.integers([0])], { shape: [1, width] });
  return graph.emit("Cast", [equal(column, columns)], {
    shape: [count, width],
    type: "float32",
    attributes: { to: { integer: ELEMENT_TYPE_CODE.float32 } },
  });
}

/** `0, 1, ..., length - 1` as int32. */
export function range(graph: GraphBuilder, length: Dimension): Value {
  if (typeof length === "number")
    return graph.constant(
      Int32Array.from({ length }, (_, index) => index),
      [length],
    );
  const end = graph.emit("Cast", [graph.runtimeLength(length)], {
    shape: [1],
    type: "int32",
    attributes: { to: { integer: ELEMENT_TYPE_CODE.int32 } },
  });
  const limit = graph.emit("Squeeze", [end, graph.integers([0])], { shape: [] });
  const start = graph.constant(Int32Array.of(0), []);
  const step = graph.constant(Int32Array.of(1), []);
  return graph.emit("Range", [start, limit, step], { shape: [length] });
}
