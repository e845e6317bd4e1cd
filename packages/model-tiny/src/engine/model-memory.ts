import { type Architecture, parameterTable } from "../architecture.ts";
import { type Arena, createArena, regionBytes } from "../kernels/arena.ts";
import { decoderBytes, type DecoderSize } from "../kernels/decoder-buffers.ts";
import { createMemory } from "../kernels/memory.ts";
import { packedWeightsBytes } from "../kernels/packed-weights.ts";
import type { WebAssemblyMemory } from "../kernels/web-assembly.ts";

/** What decides the layout of a model's memory. */
export interface ModelSize {
  readonly architecture: Architecture;
  /** Ids of the tokenizer. */
  readonly tokens: number;
  /** Engines that work on it. */
  readonly engines: number;
  /** Sequences that each engine keeps in its cache. */
  readonly rows: number;
}

/** The parts of a model's memory. */
export interface ModelBuffers {
  /** Laid out by `parameterTable`, as are the next three. */
  readonly parameters: Float32Array;
  readonly firstMoments: Float32Array;
  readonly secondMoments: Float32Array;
  /** One an engine. */
  readonly gradients: readonly Float32Array[];
  /** One an engine, for its packed weights, its cache and its activations. */
  readonly decoders: readonly Arena[];
}

/** A memory for everything that a model of this size holds; `shared` where its engines live in workers. */
export function createModelMemory(size: ModelSize, shared: boolean): WebAssemblyMemory {
  const parameters = regionBytes(4 * parameterTable(size.architecture).size);
  return createMemory({ bytes: parameters * (3 + size.engines) + size.engines * engineBytes(size), shared });
}

/** The parts of `memory`. Every thread that asks gets the same ones. */
export function modelBuffers(memory: WebAssemblyMemory, size: ModelSize): ModelBuffers {
  const arena = createArena({ memory });
  const count = parameterTable(size.architecture).size;
  return {
    parameters: arena.floats(count),
    firstMoments: arena.floats(count),
    secondMoments: arena.floats(count),
    gradients: Array.from({ length: size.engines }, () => arena.floats(count)),
    decoders: Array.from({ length: size.engines }, () => arena.region(engineBytes(size))),
  };
}

/** How an engine's decoder is sized: every row may ask for logits at once, and prompts go in by the hundred. */
export function decoderSize({ architecture, rows }: ModelSize): DecoderSize {
  return { architecture, rows, capacity: Math.max(512, 2 * rows), wanted: rows };
}

function engineBytes(size: ModelSize): number {
  return decoderBytes(decoderSize(size)) + packedWeightsBytes(size.architecture);
}
