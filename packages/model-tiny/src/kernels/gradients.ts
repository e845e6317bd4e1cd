import { GemError } from "@gem-ts/core";
import type { Kernels } from "./kernels.ts";
import { memoryOffset } from "./memory-offset.ts";

/** The L2 norm of all of `gradients`, summed in doubles; NaN or Infinity when one of them is not finite. */
export function gradientNorm(kernels: Kernels, gradients: Float32Array): number {
  return Math.sqrt(kernels.functions.sumOfSquares(memoryOffset(kernels, gradients, "gradients"), gradients.length));
}

/**
 * `target = target + scale * source`, element by element, with `scale` 1 by default. The same bits in every build.
 * @throws GemError `bad-option` when a view lies outside the memory of the kernels, or their lengths differ.
 */
export function addScaled(kernels: Kernels, target: Float32Array, source: Float32Array, scale = 1): void {
  if (target.length !== source.length) {
    throw new GemError("bad-option", `cannot add ${source.length} floats to ${target.length}`);
  }
  const to = memoryOffset(kernels, target, "target");
  kernels.functions.addScaled(to, memoryOffset(kernels, source, "source"), target.length, scale);
}
