import { GemError } from "@gem-ts/core";
import type { Kernels } from "./kernels.ts";

/**
 * Where `view` starts in the memory of `kernels`, in bytes.
 * @throws GemError `bad-option` when it lies elsewhere.
 */
export function memoryOffset(kernels: Kernels, view: Float32Array, name: string): number {
  if (view.buffer !== kernels.memory.buffer) {
    throw new GemError("bad-option", `${name} must lie in the memory of the kernels`, {
      hint: "Take it from an arena over that memory.",
    });
  }
  return view.byteOffset;
}
