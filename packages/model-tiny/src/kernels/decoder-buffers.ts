import type { Architecture } from "../architecture.ts";
import { type Arena, regionBytes } from "./arena.ts";

/** What decides how much memory a decoder needs. */
export interface DecoderSize {
  readonly architecture: Architecture;
  /** Sequences kept at once: slots of the cache, named 0 to `rows - 1`. */
  readonly rows: number;
  /** Most tokens in one call. */
  readonly capacity: number;
  /** Most tokens in one call whose logits are wanted; `capacity` by default. */
  readonly wanted?: number;
  /** Longest sequence kept, in tokens, a multiple of 16; the architecture's context by default. */
  readonly context?: number;
}

/** The memory of a decoder. Layers' caches are `[layers]` slices of `cacheFloats` floats. */
export interface DecoderBuffers {
  readonly keys: Float32Array;
  readonly values: Float32Array;
  /** `[capacity]`. */
  readonly tokens: Int32Array;
  readonly rows: Int32Array;
  readonly positions: Int32Array;
  /** `[wanted]`: which tokens of the call are wanted, and their rows and positions. */
  readonly wantedIndices: Int32Array;
  readonly wantedRows: Int32Array;
  readonly wantedPositions: Int32Array;
  /** The residual stream, `[capacity, width]`. */
  readonly stream: Float32Array;
  /** Normalised states, and later what attention gives, `[capacity, width]`. */
  readonly normal: Float32Array;
  /** Queries, keys and values `[capacity, 3 * width]`, and later the feed-forward's inside `[block, 4 * width]`. */
  readonly inner: Float32Array;
  /** The same for the wanted tokens of the last layer. */
  readonly wantedStream: Float32Array;
  readonly wantedNormal: Float32Array;
  readonly wantedQueries: Float32Array;
  /** Final normalised states, `[wanted, width]`. */
  readonly hidden: Float32Array;
  /** `[wanted, vocabulary]`. */
  readonly logits: Float32Array;
  /** `[wanted]`. */
  readonly estimates: Float32Array;
  /** Attention scores of one query or weights of one row of logits. */
  readonly scratch: Float32Array;
  /** Two log-probabilities. */
  readonly drawn: Float64Array;
}

/**
 * Tokens that go through a feed-forward together: its inside stays in the nearest caches. A multiple of the matrix
 * kernel's six rows.
 */
export const FEEDFORWARD_BLOCK = 96;

/** Floats of one layer's keys; its values take as many. */
export function cacheFloats(size: DecoderSize): number {
  return size.rows * (size.context ?? size.architecture.context) * size.architecture.width;
}

/** Bytes that a decoder takes in an arena, its weights not counted. */
export function decoderBytes(size: DecoderSize): number {
  let bytes = 0;
  for (const [kind, count] of Object.values(regions(size))) {
    bytes += regionBytes(count * (kind === "doubles" ? 8 : 4));
  }
  return bytes;
}

/** Allocates the buffers. */
export function createDecoderBuffers(size: DecoderSize, arena: Arena): DecoderBuffers {
  const entries = Object.entries(regions(size)).map(([name, [kind, count]]) => [name, arena[kind](count)]);
  return Object.fromEntries(entries) as DecoderBuffers;
}

type Region = readonly [kind: "floats" | "doubles" | "integers", count: number];

function regions(size: DecoderSize): Record<keyof DecoderBuffers, Region> {
  const { architecture, capacity, wanted = capacity, context = architecture.context } = size;
  const { layers, width, vocabulary } = architecture;
  const cache = layers * cacheFloats(size);
  const inside = Math.max(capacity * 3, Math.min(capacity, FEEDFORWARD_BLOCK) * 4);
  return {
    keys: ["floats", cache],
    values: ["floats", cache],
    tokens: ["integers", capacity],
    rows: ["integers", capacity],
    positions: ["integers", capacity],
    wantedIndices: ["integers", wanted],
    wantedRows: ["integers", wanted],
    wantedPositions: ["integers", wanted],
    stream: ["floats", capacity * width],
    normal: ["floats", capacity * width],
    inner: ["floats", inside * width],
    wantedStream: ["floats", wanted * width],
    wantedNormal: ["floats", wanted * width],
    wantedQueries: ["floats", wanted * width],
    hidden: ["floats", wanted * width],
    logits: ["floats", wanted * vocabulary],
    estimates: ["floats", wanted],
    scratch: ["floats", Math.max(context, vocabulary)],
    drawn: ["doubles", 2],
  };
}
