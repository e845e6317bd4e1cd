/**
 * Every differentiable operation of the library with a plain-JavaScript twin in double precision, for the gradient
 * checks. The twins share no code with the library.
 */
import type { Value } from "../../src/graph/graph-builder.ts";
import { add, divide, multiply, negate, scale, square, subtract } from "../../src/graph/operations/arithmetic.ts";
import { attention, causalMask } from "../../src/graph/operations/attention.ts";
import { exp, log, relu } from "../../src/graph/operations/elementwise.ts";
import { layerNormalization } from "../../src/graph/operations/layer-normalization.ts";
import { concatenate, reshape, slice, split, transpose } from "../../src/graph/operations/layout.ts";
import { embedding, pick } from "../../src/graph/operations/lookup.ts";
import { matmul } from "../../src/graph/operations/matrix.ts";
import { reduceMean, reduceSum } from "../../src/graph/operations/reduction.ts";
import { clip, greater, maximum, minimum, select } from "../../src/graph/operations/selection.ts";
import { logSoftmax, logSumExp, softmax } from "../../src/graph/operations/softmax.ts";

/** One gradient check. */
export interface OperationCase {
  readonly name: string;
  /** Shapes of the differentiable inputs, `a`, `b`, `c` in turn. */
  readonly shapes: readonly (readonly number[])[];
  /** Whether inputs are positive, for logarithms and divisors. */
  readonly positive?: boolean;
  /** Ids fed as the int32 input `ids`. */
  readonly ids?: readonly number[];
  readonly build: (inputs: readonly Value[], ids: Value | undefined) => Value;
  /** The twin: from the inputs' elements to the output's. */
  readonly twin: (...inputs: number[][]) => number[];
}

const elementwise = (f: (x: number) => number) => (x: number[]) => x.map(f);
const paired = (f: (x: number, y: number) => number) => (a: number[], b: number[]) => a.map((x, i) => f(x, b[i]!));
/** `b` of length `b.length` repeated along the rows of `a`. */
const byColumn = (f: (x: number, y: number) => number) => (a: number[], b: number[]) =>
  a.map((x, i) => f(x, b[i % b.length]!));
/** `b` with one element for each row of `columns` elements of `a`. */
const byRow = (columns: number, f: (x: number, y: number) => number) => (a: number[], b: number[]) =>
  a.map((x, i) => f(x, b[Math.floor(i / columns)]!));
const rowsOf = (x: number[], columns: number): number[][] =>
  Array.from({ length: x.length / columns }, (_, row) => x.slice(row * columns, (row + 1) * columns));
const total = (x: number[]): number => x.reduce((sum, value) => sum + value, 0);
const softmaxOf = (x: number[]): number[] => {
  const exponentials = x.map(Math.exp);
  return exponentials.map((value) => value / total(exponentials));
};

/** The product of `[m, k]` and `[k, n]` read through accessors. */
function product(
  m: number,
  k: number,
  n: number,
  a: (i: number, l: number) => number,
  b: (l: number, j: number) => number,
): number[] {
  return Array.from({ length: m * n }, (_, index) => {
    const i = Math.floor(index / n);
    const j = index % n;
    return total(Array.from({ length: k }, (_, l) => a(i, l) * b(l, j)));
  });
}

const plain = (x: number[], columns: number) => (i: number, j: number) => x[i * columns + j]!;
const turned = (x: number[], columns: number) => (i: number, j: number) => x[j * columns + i]!;

export const OPERATION_CASES: readonly OperationCase[] = [
  {
    name: "add",
    shapes: [
      [3, 4],
      [3, 4],
    ],
    build: ([a, b]) => add(a!, b!),
    twin: paired((x, y) => x + y),
  },
  { name: "add of a row", shapes: [[3, 4], [4]], build: ([a, b]) => add(a!, b!), twin: byColumn((x, y) => x + y) },
  {
    name: "add to a row",
    shapes: [[4], [3, 4]],
    build: ([a, b]) => add(a!, b!),
    twin: (a, b) => b.map((y, i) => a[i % 4]! + y),
  },
  {
    name: "add of a column",
    shapes: [
      [3, 4],
      [3, 1],
    ],
    build: ([a, b]) => add(a!, b!),
    twin: byRow(4, (x, y) => x + y),
  },
  {
    name: "add of a matrix to a stack",
    shapes: [
      [2, 3, 4],
      [3, 4],
    ],
    build: ([a, b]) => add(a!, b!),
    twin: byColumn((x, y) => x + y),
  },
  { name: "add of a value to itself", shapes: [[3, 4]], build: ([a]) => add(a!, a!), twin: elementwise((x) => 2 * x) },
  {
    name: "subtract",
    shapes: [
      [3, 4],
      [3, 4],
    ],
    build: ([a, b]) => subtract(a!, b!),
    twin: paired((x, y) => x - y),
  },
  {
    name: "subtract of a column",
    shapes: [
      [3, 4],
      [3, 1],
    ],
    build: ([a, b]) => subtract(a!, b!),
    twin: byRow(4, (x, y) => x - y),
  },
  {
    name: "multiply",
    shapes: [
      [3, 4],
      [3, 4],
    ],
    build: ([a, b]) => multiply(a!, b!),
    twin: paired((x, y) => x * y),
  },
  {
    name: "multiply by a row",
    shapes: [[3, 4], [4]],
    build: ([a, b]) => multiply(a!, b!),
    twin: byColumn((x, y) => x * y),
  },
  {
    name: "multiply by a scalar input",
    shapes: [[3, 4], []],
    build: ([a, b]) => multiply(a!, b!),
    twin: byColumn((x, y) => x * y),
  },
  {
    name: "divide",
    positive: true,
    shapes: [
      [3, 4],
      [3, 4],
    ],
    build: ([a, b]) => divide(a!, b!),
    twin: paired((x, y) => x / y),
  },
  {
    name: "divide by a column",
    positive: true,
    shapes: [
      [3, 4],
      [3, 1],
    ],
    build: ([a, b]) => divide(a!, b!),
    twin: byRow(4, (x, y) => x / y),
  },
  { name: "negate", shapes: [[3, 4]], build: ([a]) => negate(a!), twin: elementwise((x) => -x) },
  { name: "scale", shapes: [[3, 4]], build: ([a]) => scale(a!, -1.5), twin: elementwise((x) => -1.5 * x) },
  { name: "square", shapes: [[3, 4]], build: ([a]) => square(a!), twin: elementwise((x) => x * x) },
  { name: "exp", shapes: [[3, 4]], build: ([a]) => exp(a!), twin: elementwise(Math.exp) },
  { name: "log", positive: true, shapes: [[3, 4]], build: ([a]) => log(a!), twin: elementwise(Math.log) },
  { name: "relu", shapes: [[3, 4]], build: ([a]) => relu(a!), twin: elementwise((x) => Math.max(x, 0)) },
  {
    name: "minimum",
    shapes: [
      [3, 4],
      [3, 4],
    ],
    build: ([a, b]) => minimum(a!, b!),
    twin: paired(Math.min),
  },
  { name: "minimum with a row", shapes: [[3, 4], [4]], build: ([a, b]) => minimum(a!, b!), twin: byColumn(Math.min) },
  {
    name: "maximum",
    shapes: [
      [3, 4],
      [3, 4],
    ],
    build: ([a, b]) => maximum(a!, b!),
    twin: paired(Math.max),
  },
  {
    name: "clip",
    shapes: [[3, 4]],
    build: ([a]) => clip(a!, a!.graph.scalar(-0.4), a!.graph.scalar(0.3)),
    twin: elementwise((x) => Math.min(Math.max(x, -0.4), 0.3)),
  },
  {
    name: "select",
    shapes: [
      [3, 4],
      [3, 4],
    ],
    build: ([a, b]) => select(greater(a!, a!.graph.scalar(0.1)), a!, b!),
    twin: paired((x, y) => (x > 0.1 ? x : y)),
  },
  { name: "reshape", shapes: [[3, 4]], build: ([a]) => reshape(a!, [2, 6]), twin: (a) => a },
  {
    name: "transpose of the last two axes",
    shapes: [[3, 4]],
    build: ([a]) => transpose(a!),
    twin: (a) => Array.from({ length: 12 }, (_, i) => a[(i % 3) * 4 + Math.floor(i / 3)]!),
  },
  {
    name: "transpose of three axes",
    shapes: [[2, 3, 4]],
    build: ([a]) => transpose(a!, [1, 2, 0]),
    twin: (a) => Array.from({ length: 24 }, (_, i) => a[(i % 2) * 12 + Math.floor(i / 2)]!),
  },
  {
    name: "split, of which one part is unused",
    shapes: [[3, 6]],
    build: ([a]) => {
      const [first, , third] = split(a!, -1, [1, 2, 3]);
      return multiply(first!, third!);
    },
    twin: (a) => rowsOf(a, 6).flatMap((row) => row.slice(3).map((x) => row[0]! * x)),
  },
  {
    name: "concatenate",
    shapes: [
      [3, 2],
      [3, 1],
    ],
    build: ([a, b]) => concatenate([a!, b!], 1),
    twin: (a, b) => rowsOf(a, 2).flatMap((row, i) => [...row, b[i]!]),
  },
  {
    name: "slice of columns",
    shapes: [[3, 4]],
    build: ([a]) => slice(a!, -1, 1, 3),
    twin: (a) => rowsOf(a, 4).flatMap((row) => row.slice(1, 3)),
  },
  { name: "slice of rows", shapes: [[3, 4]], build: ([a]) => slice(a!, 0, 0, 2), twin: (a) => a.slice(0, 8) },
  { name: "reduceSum over everything", shapes: [[3, 4]], build: ([a]) => reduceSum(a!), twin: (a) => [total(a)] },
  {
    name: "reduceSum over rows, kept",
    shapes: [[3, 4]],
    build: ([a]) => reduceSum(a!, { axes: [-1], keep: true }),
    twin: (a) => rowsOf(a, 4).map(total),
  },
  {
    name: "reduceSum over the first axis",
    shapes: [[3, 4]],
    build: ([a]) => reduceSum(a!, { axes: [0] }),
    twin: (a) => [0, 1, 2, 3].map((j) => a[j]! + a[4 + j]! + a[8 + j]!),
  },
  {
    name: "reduceMean",
    shapes: [[3, 4]],
    build: ([a]) => reduceMean(a!, { axes: [1] }),
    twin: (a) => rowsOf(a, 4).map((row) => total(row) / 4),
  },
  {
    name: "matmul",
    shapes: [
      [3, 4],
      [4, 5],
    ],
    build: ([a, b]) => matmul(a!, b!),
    twin: (a, b) => product(3, 4, 5, plain(a, 4), plain(b, 5)),
  },
  {
    name: "matmul, first transposed, with a factor",
    shapes: [
      [4, 3],
      [4, 5],
    ],
    build: ([a, b]) => matmul(a!, b!, { transposeA: true, factor: 0.5 }),
    twin: (a, b) => product(3, 4, 5, turned(a, 3), plain(b, 5)).map((x) => x / 2),
  },
  {
    name: "matmul, second transposed, with a factor",
    shapes: [
      [3, 4],
      [5, 4],
    ],
    build: ([a, b]) => matmul(a!, b!, { transposeB: true, factor: 0.5 }),
    twin: (a, b) => product(3, 4, 5, plain(a, 4), turned(b, 4)).map((x) => x / 2),
  },
  {
    name: "matmul, both transposed",
    shapes: [
      [4, 3],
      [5, 4],
    ],
    build: ([a, b]) => matmul(a!, b!, { transposeA: true, transposeB: true }),
    twin: (a, b) => product(3, 4, 5, turned(a, 3), turned(b, 4)),
  },
  {
    name: "matmul of stacks, second transposed, with a factor",
    shapes: [
      [2, 3, 4],
      [2, 5, 4],
    ],
    build: ([a, b]) => matmul(a!, b!, { transposeB: true, factor: 3 }),
    twin: (a, b) =>
      [0, 1].flatMap((s) => product(3, 4, 5, plain(a.slice(s * 12), 4), turned(b.slice(s * 20), 4))).map((x) => 3 * x),
  },
  {
    name: "matmul of stacks, first transposed",
    shapes: [
      [2, 4, 3],
      [2, 4, 5],
    ],
    build: ([a, b]) => matmul(a!, b!, { transposeA: true }),
    twin: (a, b) => [0, 1].flatMap((s) => product(3, 4, 5, turned(a.slice(s * 12), 3), plain(b.slice(s * 20), 5))),
  },
  {
    name: "matmul of a stack by one matrix",
    shapes: [
      [2, 3, 4],
      [4, 5],
    ],
    build: ([a, b]) => matmul(a!, b!),
    twin: (a, b) => [0, 1].flatMap((s) => product(3, 4, 5, plain(a.slice(s * 12), 4), plain(b, 5))),
  },
  { name: "softmax", shapes: [[3, 4]], build: ([a]) => softmax(a!), twin: (a) => rowsOf(a, 4).flatMap(softmaxOf) },
  {
    name: "logSoftmax",
    shapes: [[3, 4]],
    build: ([a]) => logSoftmax(a!),
    twin: (a) => rowsOf(a, 4).flatMap((row) => softmaxOf(row).map(Math.log)),
  },
  {
    name: "logSumExp",
    shapes: [[3, 4]],
    build: ([a]) => logSumExp(a!),
    twin: (a) => rowsOf(a, 4).map((row) => Math.log(total(row.map(Math.exp)))),
  },
  {
    name: "layerNormalization",
    shapes: [[3, 4], [4], [4]],
    build: ([a, b, c]) => layerNormalization(a!, b!, c!, 1e-5),
    twin: (a, b, c) => normalizedRows(a, b, c),
  },
  {
    name: "layerNormalization of a stack",
    shapes: [[2, 3, 4], [4], [4]],
    build: ([a, b, c]) => layerNormalization(a!, b!, c!, 1e-5),
    twin: (a, b, c) => normalizedRows(a, b, c),
  },
  {
    name: "embedding, one row used twice and one never",
    shapes: [[4, 3]],
    ids: [2, 0, 2, 1, 2],
    build: ([table], ids) => embedding(table!, ids!),
    twin: (table) => [2, 0, 2, 1, 2].flatMap((id) => table.slice(id * 3, id * 3 + 3)),
  },
  {
    name: "pick",
    shapes: [[4, 3]],
    ids: [2, 0, 1, 2],
    build: ([x], ids) => pick(x!, ids!),
    twin: (x) => [2, 0, 1, 2].map((id, row) => x[row * 3 + id]!),
  },
  {
    name: "causal attention",
    shapes: [
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ],
    build: ([q, k, v]) => attention(q!, k!, v!, causalMask(q!.graph, 3)),
    twin: (q, k, v) => [0, 1].flatMap((head) => attended(q.slice(head * 12), k.slice(head * 12), v.slice(head * 12))),
  },
];

function normalizedRows(x: number[], scales: number[], shifts: number[]): number[] {
  return rowsOf(x, scales.length).flatMap((row) => {
    const mean = total(row) / row.length;
    const variance = total(row.map((value) => (value - mean) ** 2)) / row.length;
    return row.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * scales[i]! + shifts[i]!);
  });
}

/** Causal attention of three positions of width four. */
function attended(q: number[], k: number[], v: number[]): number[] {
  return [0, 1, 2].flatMap((t) => {
    const scores = Array.from({ length: t + 1 }, (_, s) =>
      total([0, 1, 2, 3].map((i) => (q[t * 4 + i]! * k[s * 4 + i]!) / 2)),
    );
    const weights = softmaxOf(scores);
    return [0, 1, 2, 3].map((i) => total(weights.map((weight, s) => weight * v[s * 4 + i]!)));
  });
}
