import { GemError } from "@gem-ts/core";
import type { DecayRange } from "./decay-ranges.ts";
import type { Kernels } from "./kernels.ts";
import { memoryOffset } from "./memory-offset.ts";

/** Options of {@link adamStep}. The four views are equally long and lie in the memory of the kernels. */
export interface AdamStepOptions {
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  /** Running means of the gradients; zeros before the first step. */
  readonly firstMoments: Float32Array;
  /** Running means of their squares; zeros before the first step. */
  readonly secondMoments: Float32Array;
  /** Which parameters to update, and whether they decay: {@link decayRanges} of the table, or a thread's part of it. */
  readonly ranges: readonly DecayRange[];
  /** 1 for the first update, for the correction of the moments' bias. */
  readonly step: number;
  readonly learningRate: number;
  /** 0.9 by default. */
  readonly beta1?: number;
  /** 0.95 by default. */
  readonly beta2?: number;
  /** 1e-8 by default. */
  readonly epsilon?: number;
  /** Decoupled: `p -= learningRate * weightDecay * p` before the update; 0 by default. */
  readonly weightDecay?: number;
  /** Multiplies the gradients: 1 / tokens of the batch, or the clip to a norm; 1 by default. The view is not changed. */
  readonly gradientScale?: number;
}

/**
 * One update of Adam with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2 with PyTorch's placement of
 * epsilon): `p = (1 - lr * decay) p - lr m' / (sqrt(v') + epsilon)`, where `m'` and `v'` are corrected for bias.
 * @throws GemError `bad-option` when a view lies elsewhere or has another length, or the step is not a whole number
 * from 1.
 */
export function adamStep(kernels: Kernels, options: AdamStepOptions): void {
  const { parameters, gradients, firstMoments, secondMoments, step, learningRate } = options;
  const { beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8, weightDecay = 0, gradientScale = 1 } = options;
  if (!(Number.isInteger(step) && step >= 1)) throw new GemError("bad-option", `step counts from 1, got ${step}`);
  const offsets = Object.entries({ parameters, gradients, firstMoments, secondMoments }).map(([name, view]) => {
    if (view.length === parameters.length) return memoryOffset(kernels, view, name);
    throw new GemError("bad-option", `${parameters.length} parameters, but ${view.length} ${name}`);
  }) as [number, number, number, number];
  const rate = learningRate / (1 - beta1 ** step);
  const correction = 1 / Math.sqrt(1 - beta2 ** step);
  for (const { begin, end, decay } of options.ranges) {
    if (!(begin >= 0 && begin <= end && end <= parameters.length)) {
      throw new GemError("bad-option", `floats ${begin} to ${end} are no range of ${parameters.length} parameters`);
    }
    const [p, g, m, v] = offsets.map((offset) => offset + 4 * begin) as [number, number, number, number];
    const keep = decay ? 1 - learningRate * weightDecay : 1;
    kernels.functions.adam(p, g, m, v, end - begin, gradientScale, keep, rate, beta1, beta2, correction, epsilon);
  }
}
