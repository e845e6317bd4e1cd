import { type Architecture, LAYER_NORM_EPSILON, parameterTable } from "../../src/architecture.ts";

/** What the network gives for one sequence, position by position, in double precision. */
export interface ReferenceOutput {
  readonly logits: readonly Float64Array[];
  readonly values: readonly number[];
  readonly hidden: readonly Float64Array[];
}

/**
 * The network written down from its definition: one sequence, no cache, no packing, doubles throughout. Shares nothing
 * with the kernels but the table of parameters.
 */
export function referenceForward(
  architecture: Architecture,
  parameters: Float32Array,
  tokens: readonly number[],
): ReferenceOutput {
  const { layers, width, heads, vocabulary } = architecture;
  const slots = new Map(parameterTable(architecture).slots.map((slot) => [slot.name, slot]));
  const read = (name: string): Float64Array => {
    const { offset, size } = slots.get(name)!;
    return Float64Array.from(parameters.subarray(offset, offset + size));
  };
  const embedding = read("embedding");
  const positions = read("positions");
  let states: readonly Float64Array[] = tokens.map((token, t) =>
    Float64Array.from({ length: width }, (_, d) => embedding[token * width + d]! + positions[t * width + d]!),
  );
  for (let layer = 0; layer < layers; layer++) {
    const name = `layers.${layer}`;
    const normScale = read(`${name}.attention.norm.scale`);
    const normShift = read(`${name}.attention.norm.shift`);
    const qkvWeights = read(`${name}.attention.qkv`);
    const qkv = states.map((x) => product(layerNorm(x, normScale, normShift), qkvWeights, 3 * width));
    const outputWeights = read(`${name}.attention.output`);
    const attended = qkv.map((_, t) => product(attend(qkv, t, width, heads), outputWeights, width));
    states = states.map((x, t) => sum(x, attended[t]!));
    const scale = read(`${name}.feedforward.norm.scale`);
    const shift = read(`${name}.feedforward.norm.shift`);
    const up = read(`${name}.feedforward.up`);
    const down = read(`${name}.feedforward.down`);
    states = states.map((x) => {
      const inside = product(layerNorm(x, scale, shift), up, 4 * width).map((y) => Math.max(0, y));
      return sum(x, product(inside, down, width));
    });
  }
  const scale = read("norm.scale");
  const shift = read("norm.shift");
  const hidden = states.map((x) => layerNorm(x, scale, shift));
  const valueWeight = read("value.weight");
  const valueBias = read("value.bias")[0]!;
  return {
    hidden,
    values: hidden.map((h) => dot(h, valueWeight) + valueBias),
    logits: hidden.map((h) =>
      Float64Array.from({ length: vocabulary }, (_, id) => dot(h, embedding.subarray(id * width, (id + 1) * width))),
    ),
  };
}

/** Log-probabilities over the first `tokens` of the logits. */
export function logSoftmax(logits: ArrayLike<number>, tokens: number): Float64Array {
  const kept = Float64Array.from({ length: tokens }, (_, i) => logits[i]!);
  const most = Math.max(...kept);
  const total = kept.reduce((total, x) => total + Math.exp(x - most), 0);
  return kept.map((x) => x - most - Math.log(total));
}

function layerNorm(x: Float64Array, scale: Float64Array, shift: Float64Array): Float64Array {
  const mean = x.reduce((total, v) => total + v, 0) / x.length;
  const variance = x.reduce((total, v) => total + (v - mean) ** 2, 0) / x.length;
  const deviation = Math.sqrt(variance + LAYER_NORM_EPSILON);
  return x.map((v, i) => ((v - mean) / deviation) * scale[i]! + shift[i]!);
}

/** `x W` for a row-major `[x.length, columns]` matrix. */
function product(x: Float64Array, matrix: Float64Array, columns: number): Float64Array {
  const y = new Float64Array(columns);
  for (let i = 0; i < x.length; i++) {
    const factor = x[i]!;
    for (let j = 0; j < columns; j++) y[j]! += factor * matrix[i * columns + j]!;
  }
  return y;
}

function attend(qkv: readonly Float64Array[], t: number, width: number, heads: number): Float64Array {
  const size = width / heads;
  const result = new Float64Array(width);
  for (let head = 0; head < heads; head++) {
    const begin = head * size;
    const query = qkv[t]!.subarray(begin, begin + size);
    const seen = qkv.slice(0, t + 1);
    const scores = seen.map((row) => dot(query, row.subarray(width + begin)) / Math.sqrt(size));
    const weights = logSoftmax(scores, scores.length).map(Math.exp);
    seen.forEach((row, s) => {
      for (let d = 0; d < size; d++) result[begin + d]! += weights[s]! * row[2 * width + begin + d]!;
    });
  }
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((total, x, i) => total + x * b[i]!, 0);
}

function sum(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((x, i) => x + b[i]!);
}
