import type { Value } from "../graph-builder.ts";
import type { Dimension } from "../shape.ts";
import { multiply } from "./arithmetic.ts";
import { matmul } from "./matrix.ts";
import { equal } from "./selection.ts";

/** Rows `ids` of `table`: `[rows, width]` by `[count]` gives `[count, width]`. The gradient is a product with one-hot rows. */
export function embedding(table: Value, ids: Value): Value {
  const [rows = 1, width = 1] = table.shape;
  const [count = 1] = ids.shape;
  const y = table.graph.emit("Gather", [table, ids], { shape: [count, width], attributes: { axis: { integer: 0 } } });
  y.graph.differentiable([y], [table], (gradient) => [
    gradient && matmul(oneHot(ids, rows), gradient, { transposeA: true }),
  ]);
  return y;
}

/** The element of each row that `indices` names: `[count, width]` by `[count]` gives `[count, 1]`. */
export function pick(x: Value, indices: Value): Value {
  const { graph } = x;
  const [count = 1, width = 1] = x.shape;
  const column = graph.emit("Unsqueeze", [indices, graph.integers([1])], { shape: [count, 1] });
  const y = graph.emit("GatherElements", [x, column], { shape: [count, 1], attributes: { axis: { integer: 1 } } });
  graph.differentiable([y], [x], (gradient) => [gradient && multiply(oneHot(indices, width), gradient)]);
  return y;
}

/** One row an id, 1 in the column of that id and 0 elsewhere: `[count]` gives float32 `[count, width]`. */
export function oneHot(ids: Value, width: Dimension): Value {
  const { graph } = ids;
  if (typeof width !== "number") throw new RangeError(`The axis ${width} has no length before the graph runs.`);
  const [count = 1] = ids.shape;
  const column = graph.emit("Unsqueeze", [ids, graph.integers([1])], { shape: [count, 1] });
  const range = Array.from({ length: width }, (_, id) => id);
  const columns = ids.type === "int32" ? graph.constant(Int32Array.from(range), [1, width]) : graph.constant(BigInt64Array.from(range, BigInt), [1, width]);
  return graph.emit("Cast", [equal(column, columns)], {
    shape: [count, width],
    type: "float32",
    attributes: { to: { integer: 1 } },
  });
}
