import { type AdamOptions, GemError, type OptimStepResult } from "@gem-ts/core";
import { type Architecture, parameterTable } from "../architecture.ts";
import type { ModelBuffers } from "../engine/model-memory.ts";
import { adamStep } from "../kernels/adam-step.ts";
import { type DecayRange, decayRanges } from "../kernels/decay-ranges.ts";
import { addScaled, gradientNorm } from "../kernels/gradients.ts";
import type { Kernels } from "../kernels/kernels.ts";

/** @throws GemError `bad-option`. */
export function checkAdamOptions(options: AdamOptions): void {
  const { learningRate, beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8, weightDecay = 0, clipNorm = Infinity } = options;
  const need = (holds: boolean, what: string): void => {
    if (!holds) throw new GemError("bad-option", what);
  };
  need(learningRate >= 0 && learningRate < Infinity, `learningRate must be at least 0, got ${learningRate}`);
  need(beta1 >= 0 && beta1 < 1, `beta1 must be in [0, 1), got ${beta1}`);
  need(beta2 >= 0 && beta2 < 1, `beta2 must be in [0, 1), got ${beta2}`);
  need(epsilon > 0 && epsilon < Infinity, `epsilon must be above 0, got ${epsilon}`);
  need(weightDecay >= 0 && weightDecay < Infinity, `weightDecay must be at least 0, got ${weightDecay}`);
  need(clipNorm > 0, `clipNorm must be above 0, got ${clipNorm}`);
}

/** Adam over a model's memory. */
export class Optimizer {
  readonly #kernels: Kernels;
  readonly #buffers: ModelBuffers;
  readonly #ranges: readonly DecayRange[];
  /** Updates so far. */
  step = 0;

  constructor(kernels: Kernels, buffers: ModelBuffers, architecture: Architecture) {
    this.#kernels = kernels;
    this.#buffers = buffers;
    this.#ranges = decayRanges(parameterTable(architecture));
  }

  /**
   * Adds up the gradients of the engines that `gathered` names, in their order, and updates the parameters. Where the
   * sum is not finite nothing is updated, and the norm that comes back says so.
   */
  update(gathered: readonly number[], options: AdamOptions): OptimStepResult {
    const { parameters, firstMoments, secondMoments } = this.#buffers;
    const [first, ...others] = gathered.map((engine) => this.#buffers.gradients[engine]!);
    const gradients = first!;
    for (const other of others) addScaled(this.#kernels, gradients, other);
    const norm = gradientNorm(this.#kernels, gradients);
    if (!Number.isFinite(norm)) return { gradientNorm: norm };
    const { clipNorm = Infinity, learningRate, beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8, weightDecay = 0 } = options;
    this.step++;
    adamStep(this.#kernels, {
      parameters,
      gradients,
      firstMoments,
      secondMoments,
      ranges: this.#ranges,
      step: this.step,
      learningRate,
      beta1,
      beta2,
      epsilon,
      weightDecay,
      gradientScale: norm > clipNorm ? clipNorm / norm : 1,
    });
    return { gradientNorm: norm };
  }
}
