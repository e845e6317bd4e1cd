import { type Architecture, LAYER_NORM_EPSILON } from "../architecture.ts";
import { type DecoderBuffers, FEEDFORWARD_BLOCK } from "./decoder-buffers.ts";
import type { KernelFunctions } from "./kernel-functions.ts";
import type { LayerOffsets, WeightOffsets } from "./packed-weights.ts";

/** What a forward pass works with. */
export interface ForwardParts {
  readonly functions: KernelFunctions;
  readonly architecture: Architecture;
  readonly weights: WeightOffsets;
  readonly buffers: DecoderBuffers;
  /** Ids of the tokenizer; logits of higher ones are masked. */
  readonly tokens: number;
  /** Tokens that a row of the cache holds. */
  readonly context: number;
  /** Bytes of one layer's keys; its values take as many. */
  readonly cacheBytes: number;
}

/** What the matrix kernel does with a product. */
const STORE = 0;
const ADD = 1;
const STORE_POSITIVE = 2;

/**
 * Runs the `count` tokens in the buffers through the network and leaves keys and values in the cache, and logits,
 * values and final states of the `wanted` ones in the buffers.
 */
export function forwardPass(parts: ForwardParts, count: number, wanted: number): void {
  if (count === 0) return;
  const { functions, architecture, weights, buffers } = parts;
  const { width } = architecture;
  const { tokens, positions, rows, stream, normal, inner } = buffers;
  const at = positions.byteOffset;
  functions.embed(tokens.byteOffset, at, count, weights.embedding, weights.positions, stream.byteOffset, width);
  const last = architecture.layers - 1;
  for (let index = 0; index < last; index++) {
    const layer = weights.layers[index]!;
    const from = normal.byteOffset;
    const to = inner.byteOffset;
    normalize(parts, stream.byteOffset, from, layer.attentionScale, layer.attentionShift, count);
    functions.gemm(from, width, layer.qkv, to, 3 * width, count, width, (3 * width) >> 3, STORE);
    storeKeysValues(parts, index, count);
    attend(parts, index, to, 3 * width, rows, positions, count, normal);
    finishLayer(parts, layer, stream, normal, count);
  }
  lastLayer(parts, last, count, wanted);
  if (wanted > 0) head(parts, wanted);
}

/** Keys and values of all tokens, everything else for the wanted ones alone. */
function lastLayer(parts: ForwardParts, index: number, count: number, wanted: number): void {
  const { functions, architecture, weights, buffers } = parts;
  const { width } = architecture;
  const { stream, normal, inner, wantedStream, wantedNormal, wantedRows, wantedPositions } = buffers;
  const layer = weights.layers[index]!;
  const panels = width >> 3;
  const from = normal.byteOffset;
  normalize(parts, stream.byteOffset, from, layer.attentionScale, layer.attentionShift, count);
  const keysWeights = layer.qkv + 4 * width * width;
  const keys = inner.byteOffset + 4 * width;
  functions.gemm(from, width, keysWeights, keys, 3 * width, count, width, 2 * panels, STORE);
  storeKeysValues(parts, index, count);
  if (wanted === 0) return;
  const indices = buffers.wantedIndices.byteOffset;
  functions.gatherRows(stream.byteOffset, indices, wanted, wantedStream.byteOffset, width);
  functions.gatherRows(from, indices, wanted, wantedNormal.byteOffset, width);
  const queries = buffers.wantedQueries.byteOffset;
  functions.gemm(wantedNormal.byteOffset, width, layer.qkv, queries, width, wanted, width, panels, STORE);
  attend(parts, index, queries, width, wantedRows, wantedPositions, wanted, wantedNormal);
  finishLayer(parts, layer, wantedStream, wantedNormal, wanted);
}

function storeKeysValues(parts: ForwardParts, layer: number, count: number): void {
  const { functions, architecture, buffers, cacheBytes } = parts;
  const { width, heads } = architecture;
  const { inner, rows, positions } = buffers;
  functions.storeKeysValues(
    inner.byteOffset + 4 * width,
    inner.byteOffset + 8 * width,
    3 * width,
    rows.byteOffset,
    positions.byteOffset,
    count,
    buffers.keys.byteOffset + layer * cacheBytes,
    buffers.values.byteOffset + layer * cacheBytes,
    heads,
    width / heads,
    parts.context,
  );
}

/** Attention of `count` queries, `stride` floats apart, over the cache of a layer. */
function attend(
  parts: ForwardParts,
  layer: number,
  queries: number,
  stride: number,
  rows: Int32Array,
  positions: Int32Array,
  count: number,
  to: Float32Array,
): void {
  const { functions, architecture, buffers, cacheBytes } = parts;
  const { width, heads } = architecture;
  functions.attention(
    queries,
    stride,
    rows.byteOffset,
    positions.byteOffset,
    count,
    buffers.keys.byteOffset + layer * cacheBytes,
    buffers.values.byteOffset + layer * cacheBytes,
    heads,
    width / heads,
    parts.context,
    to.byteOffset,
    buffers.scratch.byteOffset,
  );
}

/** Adds the projected attention and the feed-forward to the stream, a block of tokens at a time. */
function finishLayer(
  parts: ForwardParts,
  layer: LayerOffsets,
  stream: Float32Array,
  attended: Float32Array,
  count: number,
): void {
  const { functions, architecture, buffers } = parts;
  const { width } = architecture;
  const panels = width >> 3;
  const inside = buffers.inner.byteOffset;
  for (let begin = 0; begin < count; begin += FEEDFORWARD_BLOCK) {
    const block = Math.min(FEEDFORWARD_BLOCK, count - begin);
    const x = stream.byteOffset + 4 * width * begin;
    const y = attended.byteOffset + 4 * width * begin;
    functions.gemm(y, width, layer.output, x, width, block, width, panels, ADD);
    normalize(parts, x, y, layer.feedforwardScale, layer.feedforwardShift, block);
    functions.gemm(y, width, layer.up, inside, 4 * width, block, width, 4 * panels, STORE_POSITIVE);
    functions.gemm(inside, 4 * width, layer.down, x, width, block, 4 * width, panels, ADD);
  }
}

/** Final norm, logits and values of the wanted tokens. */
function head(parts: ForwardParts, wanted: number): void {
  const { functions, architecture, weights, buffers } = parts;
  const { width, vocabulary } = architecture;
  const states = buffers.hidden.byteOffset;
  const logits = buffers.logits.byteOffset;
  normalize(parts, buffers.wantedStream.byteOffset, states, weights.normScale, weights.normShift, wanted);
  functions.gemm(states, width, weights.head, logits, vocabulary, wanted, width, vocabulary >> 3, STORE);
  functions.maskLogits(logits, wanted, parts.tokens, vocabulary);
  functions.valueHead(states, weights.valueWeight, weights.valueBias, wanted, width, buffers.estimates.byteOffset);
}

function normalize(parts: ForwardParts, from: number, to: number, scale: number, shift: number, count: number): void {
  parts.functions.layerNorm(from, to, scale, shift, count, parts.architecture.width, LAYER_NORM_EPSILON);
}
