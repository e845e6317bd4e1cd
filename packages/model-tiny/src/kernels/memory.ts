import { GemError } from "@gem-ts/core";
import { type WebAssemblyMemory, webAssembly } from "./web-assembly.ts";

/** Bytes in a page, and where the first region of an arena may start. */
export const PAGE_BYTES = 65536;

/** Options of {@link createMemory}. */
export interface MemoryOptions {
  /** Bytes that will be allocated in it. */
  readonly bytes: number;
  /** Whether several threads work on it; it is then made of a `SharedArrayBuffer`. `false` by default. */
  readonly shared?: boolean;
}

/**
 * A memory with room for `bytes` behind its first page. It never grows, so that views over it stay valid.
 * @throws GemError `bad-option` when more than 4 GiB are asked for.
 */
export function createMemory(options: MemoryOptions): WebAssemblyMemory {
  const pages = 1 + Math.ceil(options.bytes / PAGE_BYTES);
  if (!(pages >= 1 && pages <= 65536)) {
    throw new GemError("bad-option", `a memory holds at most 4 GiB, asked for ${options.bytes} bytes`, {
      hint: "Use fewer rows, a shorter context or a smaller capacity.",
    });
  }
  return new (webAssembly().Memory)({ initial: pages, maximum: pages, shared: options.shared ?? false });
}

/** Whether `memory` may be used by several threads. */
export function isShared(memory: WebAssemblyMemory): boolean {
  return typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
}
