import { GemError } from "@gem-ts/core";
import { PAGE_BYTES } from "./memory.ts";
import type { WebAssemblyMemory } from "./web-assembly.ts";

/**
 * A part of a memory that is handed out from its beginning to its end, once. Every region starts on a cache line.
 * Two arenas over the same bytes that are asked for the same regions in the same order give the same regions: this is
 * how threads find what they share.
 */
export interface Arena {
  readonly memory: WebAssemblyMemory;
  /** First byte. */
  readonly begin: number;
  /** One past the last byte. */
  readonly end: number;
  /** The next `count` floats. Not cleared: a fresh memory holds zeros. */
  floats(count: number): Float32Array;
  /** The next `count` doubles. */
  doubles(count: number): Float64Array;
  /** The next `count` 32-bit integers. */
  integers(count: number): Int32Array;
  /** The next `bytes` as an arena of its own. */
  region(bytes: number): Arena;
}

/** Options of {@link createArena}. */
export interface ArenaOptions {
  readonly memory: WebAssemblyMemory;
  /** 65536 by default, and never less. */
  readonly begin?: number;
  /** The end of the memory by default. */
  readonly end?: number;
}

const LINE_BYTES = 64;

/** The bytes that a region of `bytes` takes: whole cache lines. */
export function regionBytes(bytes: number): number {
  return Math.ceil(bytes / LINE_BYTES) * LINE_BYTES;
}

/**
 * An arena over a part of `memory`. Its methods throw GemError `bad-option` when it is full.
 * @throws GemError `bad-option` when the part does not lie in the memory behind its first page.
 */
export function createArena(options: ArenaOptions): Arena {
  const { memory, begin = PAGE_BYTES, end = memory.buffer.byteLength } = options;
  if (!(begin >= PAGE_BYTES && begin % LINE_BYTES === 0 && begin <= end && end <= memory.buffer.byteLength)) {
    throw new GemError("bad-option", `bytes ${begin} to ${end} are no arena in ${memory.buffer.byteLength} bytes`);
  }
  let next = begin;
  const take = (bytes: number): number => {
    const at = next;
    const after = at + regionBytes(bytes);
    if (!(bytes >= 0 && after <= end)) {
      throw new GemError("bad-option", `an arena of ${end - begin} bytes has ${end - at} left, asked for ${bytes}`);
    }
    next = after;
    return at;
  };
  return {
    memory,
    begin,
    end,
    floats: (count) => new Float32Array(memory.buffer, take(count * 4), count),
    doubles: (count) => new Float64Array(memory.buffer, take(count * 8), count),
    integers: (count) => new Int32Array(memory.buffer, take(count * 4), count),
    region(bytes) {
      const at = take(bytes);
      return createArena({ memory, begin: at, end: next });
    },
  };
}
