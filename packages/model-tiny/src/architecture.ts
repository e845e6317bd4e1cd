/**
 * The shape of the network and of its parameters. Everything that touches weights (the training graph, the decode
 * kernels, the optimiser, safetensors) reads the one table that {@link parameterTable} makes.
 *
 * The network is a pre-norm decoder-only transformer: learned positions, ReLU feed-forward of four times the width,
 * linear maps without bias, layer norms with scale and shift, an output head tied to the token embedding, and a value
 * head on the final normalised state.
 */

/** Sizes of the network. The kernels' vector width asks for the multiples given below. */
export interface Architecture {
  /** Number of transformer blocks, at least 1. */
  readonly layers: number;
  /** Width of the residual stream; a multiple of 32. */
  readonly width: number;
  /** Attention heads; `width / heads` is a multiple of 16. */
  readonly heads: number;
  /** Longest sequence in tokens; a multiple of 16. */
  readonly context: number;
  /** Rows of the token embedding; a multiple of 32. Ids above the tokenizer's size are padding and masked out. */
  readonly vocabulary: number;
}

/** Epsilon of every layer norm. */
export const LAYER_NORM_EPSILON = 1e-5;

/** One named tensor inside the flat parameter buffer. */
export interface ParameterSlot {
  /** Name as in the safetensors file, such as `layers.0.attention.qkv`. */
  readonly name: string;
  /** Row-major shape. A linear map is `[in, out]`: `y = x W`. */
  readonly shape: readonly number[];
  /** First element in the flat buffer, in floats; a multiple of 4, so that it is aligned for SIMD. */
  readonly offset: number;
  /** Number of floats. */
  readonly size: number;
  /** Standard deviation of the normal initialisation; 0 means zeros, `"ones"` means all ones. */
  readonly init: number | "ones";
  /** Whether decoupled weight decay applies (matrices yes, norms and the value bias no). */
  readonly decay: boolean;
}

/** Where every parameter lies in one flat `Float32Array`, and how long that array is (in floats). */
export interface ParameterTable {
  readonly slots: readonly ParameterSlot[];
  readonly size: number;
}

/** The parameters of `architecture` in their order in the flat buffer. */
export function parameterTable(architecture: Architecture): ParameterTable {
  const { layers, width, context, vocabulary } = architecture;
  const slots: ParameterSlot[] = [];
  let offset = 0;
  const add = (name: string, shape: readonly number[], init: number | "ones", decay: boolean): void => {
    const size = shape.reduce((product, n) => product * n, 1);
    slots.push({ name, shape, offset, size, init, decay });
    offset += Math.ceil(size / 4) * 4;
  };
  const deviation = 0.02;
  // Residual branches start smaller, so that the stream keeps its scale with depth (Radford et al. 2019, GPT-2).
  const residual = deviation / Math.sqrt(2 * layers);
  add("embedding", [vocabulary, width], deviation, true);
  add("positions", [context, width], deviation, true);
  for (let layer = 0; layer < layers; layer++) {
    const name = `layers.${layer}`;
    add(`${name}.attention.norm.scale`, [width], "ones", false);
    add(`${name}.attention.norm.shift`, [width], 0, false);
    add(`${name}.attention.qkv`, [width, 3 * width], deviation, true);
    add(`${name}.attention.output`, [width, width], residual, true);
    add(`${name}.feedforward.norm.scale`, [width], "ones", false);
    add(`${name}.feedforward.norm.shift`, [width], 0, false);
    add(`${name}.feedforward.up`, [width, 4 * width], deviation, true);
    add(`${name}.feedforward.down`, [4 * width, width], residual, true);
  }
  add("norm.scale", [width], "ones", false);
  add("norm.shift", [width], 0, false);
  add("value.weight", [width, 1], 0, true);
  add("value.bias", [1], 0, false);
  return { slots, size: offset };
}
