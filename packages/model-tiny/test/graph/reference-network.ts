/**
 * The network of architecture.ts once more, in double precision, with loops and a hand-written backward pass. It shares
 * nothing with the graph but the parameter table.
 */
import { type Architecture, LAYER_NORM_EPSILON, parameterTable } from "../../src/architecture.ts";

/** What one sequence leaves behind for the backward pass; matrices are row-major arrays of `length` rows. */
export interface ReferenceSequence {
  readonly logprobs: Float64Array;
  readonly entropy: Float64Array;
  readonly values: Float64Array;
  /** Adds the gradients of all parameters, given those of the three outputs. */
  readonly backward: (derivatives: OutputDerivatives, gradients: Float64Array) => void;
}

/** Derivatives of a loss by what the network gives for one sequence. */
export interface OutputDerivatives {
  readonly logprobs: ArrayLike<number>;
  readonly entropy: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  /** Whether the values' derivatives stop at the value head. */
  readonly detached?: boolean;
}

/** Runs one sequence through the network. `parameters` is laid out by the parameter table. */
export function runReference(
  architecture: Architecture,
  tokenCount: number,
  parameters: Float64Array,
  tokens: ArrayLike<number>,
  targets: ArrayLike<number>,
  temperature = 1,
): ReferenceSequence {
  const { layers, width, heads } = architecture;
  const headWidth = width / heads;
  const length = tokens.length;
  const table = parameterTable(architecture);
  const offsets = new Map(table.slots.map((slot) => [slot.name, slot.offset]));
  const at = (name: string): number => offsets.get(name)!;
  // Steps to undo, in the order of the forward pass; run in reverse by `backward`.
  const undo: ((gradients: Float64Array) => void)[] = [];

  /** y[length, columns] = x[length, rows] W, with the gradient of y in dy. */
  function linear(x: Matrix, rows: number, columns: number, weight: number): Matrix {
    const y = matrix(columns);
    for (let t = 0; t < length; t++) {
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let i = 0; i < rows; i++) sum += x.v[t * rows + i]! * parameters[weight + i * columns + j]!;
        y.v[t * columns + j] = sum;
      }
    }
    undo.push((gradients) => {
      for (let t = 0; t < length; t++) {
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < columns; j++) {
            const dy = y.d[t * columns + j]!;
            gradients[weight + i * columns + j]! += x.v[t * rows + i]! * dy;
            x.d[t * rows + i]! += parameters[weight + i * columns + j]! * dy;
          }
        }
      }
    });
    return y;
  }

  function norm(x: Matrix, name: string): Matrix {
    const scale = at(`${name}.scale`);
    const shift = at(`${name}.shift`);
    const y = matrix(width);
    const normal = new Float64Array(length * width);
    const deviation = new Float64Array(length);
    for (let t = 0; t < length; t++) {
      const row = x.v.subarray(t * width, (t + 1) * width);
      const mean = row.reduce((a, b) => a + b, 0) / width;
      const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / width;
      deviation[t] = Math.sqrt(variance + LAYER_NORM_EPSILON);
      for (let i = 0; i < width; i++) {
        normal[t * width + i] = (row[i]! - mean) / deviation[t]!;
        y.v[t * width + i] = normal[t * width + i]! * parameters[scale + i]! + parameters[shift + i]!;
      }
    }
    undo.push((gradients) => {
      for (let t = 0; t < length; t++) {
        let mean = 0;
        let slope = 0;
        for (let i = 0; i < width; i++) {
          const dy = y.d[t * width + i]!;
          gradients[scale + i]! += dy * normal[t * width + i]!;
          gradients[shift + i]! += dy;
          mean += (dy * parameters[scale + i]!) / width;
          slope += (dy * parameters[scale + i]! * normal[t * width + i]!) / width;
        }
        for (let i = 0; i < width; i++) {
          const inner = y.d[t * width + i]! * parameters[scale + i]! - mean - normal[t * width + i]! * slope;
          x.d[t * width + i]! += inner / deviation[t]!;
        }
      }
    });
    return y;
  }

  function sum(a: Matrix, b: Matrix): Matrix {
    const y = matrix(width);
    y.v.forEach((_, i) => (y.v[i] = a.v[i]! + b.v[i]!));
    undo.push(() => {
      y.d.forEach((dy, i) => {
        a.d[i]! += dy;
        b.d[i]! += dy;
      });
    });
    return y;
  }

  function rectify(x: Matrix): Matrix {
    const y = matrix(x.v.length / length);
    x.v.forEach((value, i) => (y.v[i] = Math.max(0, value)));
    undo.push(() => y.d.forEach((dy, i) => (x.d[i]! += x.v[i]! > 0 ? dy : 0)));
    return y;
  }

  function attend(qkv: Matrix): Matrix {
    const y = matrix(width);
    const attention: Float64Array[] = [];
    const scale = 1 / Math.sqrt(headWidth);
    const index = (t: number, part: number, head: number, i: number): number =>
      t * 3 * width + part * width + head * headWidth + i;
    for (let head = 0; head < heads; head++) {
      const p = new Float64Array(length * length);
      attention.push(p);
      for (let t = 0; t < length; t++) {
        let total = 0;
        for (let s = 0; s <= t; s++) {
          let dot = 0;
          for (let i = 0; i < headWidth; i++) dot += qkv.v[index(t, 0, head, i)]! * qkv.v[index(s, 1, head, i)]!;
          p[t * length + s] = Math.exp(dot * scale);
          total += p[t * length + s]!;
        }
        for (let s = 0; s <= t; s++) {
          p[t * length + s]! /= total;
          for (let i = 0; i < headWidth; i++) {
            y.v[t * width + head * headWidth + i]! += p[t * length + s]! * qkv.v[index(s, 2, head, i)]!;
          }
        }
      }
    }
    undo.push(() => {
      for (let head = 0; head < heads; head++) {
        const p = attention[head]!;
        for (let t = 0; t < length; t++) {
          const dp = new Float64Array(t + 1);
          let mean = 0;
          for (let s = 0; s <= t; s++) {
            for (let i = 0; i < headWidth; i++) {
              const dy = y.d[t * width + head * headWidth + i]!;
              dp[s]! += dy * qkv.v[index(s, 2, head, i)]!;
              qkv.d[index(s, 2, head, i)]! += p[t * length + s]! * dy;
            }
            mean += dp[s]! * p[t * length + s]!;
          }
          for (let s = 0; s <= t; s++) {
            const ds = p[t * length + s]! * (dp[s]! - mean) * scale;
            for (let i = 0; i < headWidth; i++) {
              qkv.d[index(t, 0, head, i)]! += ds * qkv.v[index(s, 1, head, i)]!;
              qkv.d[index(s, 1, head, i)]! += ds * qkv.v[index(t, 0, head, i)]!;
            }
          }
        }
      }
    });
    return y;
  }

  function matrix(columns: number): Matrix {
    return { v: new Float64Array(length * columns), d: new Float64Array(length * columns) };
  }

  let stream = matrix(width);
  const embedded = stream;
  for (let t = 0; t < length; t++) {
    for (let i = 0; i < width; i++) {
      stream.v[t * width + i] =
        parameters[at("embedding") + tokens[t]! * width + i]! + parameters[at("positions") + t * width + i]!;
    }
  }
  undo.push((gradients) => {
    for (let t = 0; t < length; t++) {
      for (let i = 0; i < width; i++) {
        gradients[at("embedding") + tokens[t]! * width + i]! += embedded.d[t * width + i]!;
        gradients[at("positions") + t * width + i]! += embedded.d[t * width + i]!;
      }
    }
  });
  for (let layer = 0; layer < layers; layer++) {
    const name = `layers.${layer}`;
    const qkv = linear(norm(stream, `${name}.attention.norm`), width, 3 * width, at(`${name}.attention.qkv`));
    stream = sum(stream, linear(attend(qkv), width, width, at(`${name}.attention.output`)));
    const up = linear(norm(stream, `${name}.feedforward.norm`), width, 4 * width, at(`${name}.feedforward.up`));
    stream = sum(stream, linear(rectify(up), 4 * width, width, at(`${name}.feedforward.down`)));
  }
  const state = norm(stream, "norm");

  const probabilities = new Float64Array(length * tokenCount);
  const logDistribution = new Float64Array(length * tokenCount);
  const logprobs = new Float64Array(length);
  const entropy = new Float64Array(length);
  const values = new Float64Array(length).fill(parameters[at("value.bias")]!);
  for (let t = 0; t < length; t++) {
    const logits = Array.from({ length: tokenCount }, (_, id) => {
      let dot = 0;
      for (let i = 0; i < width; i++) dot += state.v[t * width + i]! * parameters[at("embedding") + id * width + i]!;
      return dot / temperature;
    });
    const total = Math.log(logits.reduce((a, logit) => a + Math.exp(logit), 0));
    logits.forEach((logit, id) => {
      logDistribution[t * tokenCount + id] = logit - total;
      probabilities[t * tokenCount + id] = Math.exp(logit - total);
      entropy[t]! -= Math.exp(logit - total) * (logit - total);
    });
    logprobs[t] = logDistribution[t * tokenCount + targets[t]!]!;
    for (let i = 0; i < width; i++) values[t]! += state.v[t * width + i]! * parameters[at("value.weight") + i]!;
  }

  return {
    logprobs,
    entropy,
    values,
    backward: (derivatives, gradients) => {
      for (let t = 0; t < length; t++) {
        const dv = derivatives.values[t]!;
        gradients[at("value.bias")]! += dv;
        for (let i = 0; i < width; i++) {
          gradients[at("value.weight") + i]! += dv * state.v[t * width + i]!;
          if (derivatives.detached !== true) state.d[t * width + i]! += dv * parameters[at("value.weight") + i]!;
        }
        for (let id = 0; id < tokenCount; id++) {
          const p = probabilities[t * tokenCount + id]!;
          const chosen = id === targets[t] ? 1 : 0;
          const dLogit =
            (derivatives.logprobs[t]! * (chosen - p) -
              derivatives.entropy[t]! * p * (logDistribution[t * tokenCount + id]! + entropy[t]!)) /
            temperature;
          for (let i = 0; i < width; i++) {
            gradients[at("embedding") + id * width + i]! += dLogit * state.v[t * width + i]!;
            state.d[t * width + i]! += dLogit * parameters[at("embedding") + id * width + i]!;
          }
        }
      }
      for (const step of undo.toReversed()) step(gradients);
    },
  };
}

interface Matrix {
  readonly v: Float64Array;
  readonly d: Float64Array;
}
