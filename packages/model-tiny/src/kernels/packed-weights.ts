import { GemError } from "@gem-ts/core";
import { type Architecture, type ParameterSlot, parameterTable } from "../architecture.ts";
import { type Arena, regionBytes } from "./arena.ts";
import { packPanels, packPanelsTransposed } from "./pack-panels.ts";
import type { WebAssemblyMemory } from "./web-assembly.ts";

/**
 * A copy of the parameters in the order that the kernels read them: matrices in panels of eight columns, the queries'
 * columns scaled by `1 / sqrt(width / heads)`, the tied head once more as the transposed embedding.
 *
 * Being a copy, it is also a frozen policy: the optimiser may change the parameters while decoders go on with these.
 * Decoders of several threads may share one; nobody may decode while `set` runs.
 */
export interface PackedWeights {
  readonly architecture: Architecture;
  readonly memory: WebAssemblyMemory;
  /** Byte offsets in the memory. */
  readonly offsets: WeightOffsets;
  /**
   * Packs `parameters`, laid out as `parameterTable(architecture)` says; they may lie anywhere.
   * @throws GemError `bad-option` when there are too few or too many.
   */
  set(parameters: Float32Array): void;
}

/** Where the weights lie, in bytes. */
export interface WeightOffsets {
  /** `[vocabulary, width]`, row-major. */
  readonly embedding: number;
  /** `[context, width]`, row-major. */
  readonly positions: number;
  readonly layers: readonly LayerOffsets[];
  readonly normScale: number;
  readonly normShift: number;
  /** `vocabulary / 8` panels `[width, 8]`. */
  readonly head: number;
  /** `[width]`. */
  readonly valueWeight: number;
  readonly valueBias: number;
}

/** Where the weights of one block lie, in bytes; matrices are panels `[in, 8]`. */
export interface LayerOffsets {
  readonly attentionScale: number;
  readonly attentionShift: number;
  /** Panels of queries, then keys, then values, `width / 8` each. */
  readonly qkv: number;
  readonly output: number;
  readonly feedforwardScale: number;
  readonly feedforwardShift: number;
  readonly up: number;
  readonly down: number;
}

/** Bytes that the packed weights of `architecture` take in an arena. */
export function packedWeightsBytes(architecture: Architecture): number {
  const { slots } = parameterTable(architecture);
  const head = regionBytes(4 * architecture.vocabulary * architecture.width);
  return slots.reduce((bytes, slot) => bytes + regionBytes(4 * slot.size), head);
}

/**
 * Room in `arena` for the packed weights of `architecture`, left as it is: to share weights that another thread
 * packs, make them over the same bytes.
 */
export function createPackedWeights(options: {
  readonly architecture: Architecture;
  readonly arena: Arena;
}): PackedWeights {
  const { architecture, arena } = options;
  const table = parameterTable(architecture);
  const packed = new Map(table.slots.map((slot) => [slot.name, arena.floats(slot.size)]));
  const head = arena.floats(architecture.vocabulary * architecture.width);
  const offset = (name: string): number => packed.get(name)!.byteOffset;
  const layers = Array.from({ length: architecture.layers }, (_, layer): LayerOffsets => {
    const name = `layers.${layer}`;
    return {
      attentionScale: offset(`${name}.attention.norm.scale`),
      attentionShift: offset(`${name}.attention.norm.shift`),
      qkv: offset(`${name}.attention.qkv`),
      output: offset(`${name}.attention.output`),
      feedforwardScale: offset(`${name}.feedforward.norm.scale`),
      feedforwardShift: offset(`${name}.feedforward.norm.shift`),
      up: offset(`${name}.feedforward.up`),
      down: offset(`${name}.feedforward.down`),
    };
  });
  return {
    architecture,
    memory: arena.memory,
    offsets: {
      embedding: offset("embedding"),
      positions: offset("positions"),
      layers,
      normScale: offset("norm.scale"),
      normShift: offset("norm.shift"),
      head: head.byteOffset,
      valueWeight: offset("value.weight"),
      valueBias: offset("value.bias"),
    },
    set(parameters) {
      if (parameters.length !== table.size) {
        throw new GemError("bad-option", `expected ${table.size} parameters, got ${parameters.length}`);
      }
      for (const slot of table.slots) packSlot(slot, parameters, packed.get(slot.name)!, architecture);
      packPanelsTransposed(parameters, table.slots[0]!.offset, architecture.vocabulary, architecture.width, head);
    },
  };
}

function packSlot(slot: ParameterSlot, parameters: Float32Array, to: Float32Array, architecture: Architecture): void {
  if (!slot.name.startsWith("layers.") || slot.shape.length === 1) {
    to.set(parameters.subarray(slot.offset, slot.offset + slot.size));
    return;
  }
  const [depth, columns] = slot.shape as [number, number];
  packPanels(parameters, slot.offset, depth, columns, to);
  if (!slot.name.endsWith(".qkv")) return;
  const scale = 1 / Math.sqrt(architecture.width / architecture.heads);
  const queries = architecture.width * depth;
  for (let i = 0; i < queries; i++) to[i] = to[i]! * scale;
}
