import { type AdamOptions, GemError, type Loss, type Rng, type TrainableModel } from "@gem-ts/core";
import { type PolicyDatum, withOldLogprobs } from "./batch.ts";
import type { TrainingConfig } from "./config.ts";
import type { UpdateMetrics } from "./metrics.ts";
import { minibatches } from "./minibatches.ts";

/** The settings that an update reads. */
export type UpdateSettings = Pick<
  TrainingConfig,
  | "loss"
  | "clipLow"
  | "clipHigh"
  | "oldLogprobs"
  | "importanceCap"
  | "epochs"
  | "minibatches"
  | "learningRate"
  | "beta1"
  | "beta2"
  | "adamEpsilon"
  | "weightDecay"
  | "clipNorm"
>;

/**
 * Trains the policy on a batch: `epochs` passes, `minibatches` optimiser steps in each. With one minibatch the ratio
 * is exactly 1 in the first pass, so that the clip can only bite from the second on (arXiv 2510.01051, App. F).
 *
 * @throws GemError `peer-failed` when the loss is no longer a number; the model's weights are then of no use.
 */
export async function updatePolicy(
  model: TrainableModel,
  sampled: readonly PolicyDatum[],
  settings: UpdateSettings,
  rng: Rng,
): Promise<UpdateMetrics> {
  const batch = settings.oldLogprobs === "sampled" ? sampled : await recomputed(model, sampled, settings.importanceCap);
  const loss = policyLoss(settings);
  const losses: number[] = [];
  const norms: number[] = [];
  const first = { tokens: 0, entropy: 0 };
  const last = { tokens: 0, ratio: 0, kl: 0, clipped: 0 };
  const gap = { tokens: 0, sum: 0 };
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    for (const part of minibatches(batch, settings.minibatches, rng.split(epoch))) {
      const result = await model.forwardBackward(part, loss);
      if (!Number.isFinite(result.loss)) throw diverged(`the loss is ${result.loss}`);
      part.forEach((datum, index) => {
        const now = result.logprobs[index]!;
        const entropy = result.entropy[index]!;
        datum.weights.forEach((weight, i) => {
          if (weight === 0) return;
          if (losses.length === 0) {
            gap.tokens++;
            gap.sum += Math.abs(now[i]! - datum.samplerLogprobs[i]!);
          }
          if (epoch === 0) {
            first.tokens++;
            first.entropy += entropy[i]!;
          }
          if (epoch === settings.epochs - 1) {
            const difference = now[i]! - datum.logprobs[i]!;
            const ratio = Math.exp(difference);
            last.tokens++;
            last.ratio += ratio;
            last.kl += ratio - 1 - difference;
            if (isClipped(ratio, datum.advantages[i]!, settings)) last.clipped++;
          }
        });
      });
      const step = await model.optimStep(adam(settings));
      if (!Number.isFinite(step.gradientNorm)) throw diverged(`the gradient's norm is ${step.gradientNorm}`);
      losses.push(result.loss);
      norms.push(step.gradientNorm);
    }
  }
  return {
    loss: mean(losses),
    entropy: ratioOf(first.entropy, first.tokens),
    kl: ratioOf(last.kl, last.tokens),
    clipFraction: ratioOf(last.clipped, last.tokens),
    ratio: ratioOf(last.ratio, last.tokens),
    gradientNorm: mean(norms),
    samplerGap: ratioOf(gap.sum, gap.tokens),
    tokens: first.tokens,
  };
}

/** The loss that the model minimises. */
export function policyLoss({ loss, clipLow, clipHigh }: Pick<TrainingConfig, "loss" | "clipLow" | "clipHigh">): Loss {
  switch (loss) {
    case "ppo":
      return { kind: "ppo", clipLow, clipHigh };
    case "cispo":
      return { kind: "cispo", clipHigh };
    case "importance-sampling":
      return { kind: "importance-sampling" };
  }
}

async function recomputed(model: TrainableModel, sampled: readonly PolicyDatum[], cap: number): Promise<PolicyDatum[]> {
  return withOldLogprobs(sampled, await model.logprobs(sampled.map(({ tokens }) => tokens)), cap);
}

function adam(settings: UpdateSettings): AdamOptions {
  const { learningRate, beta1, beta2, adamEpsilon, weightDecay, clipNorm } = settings;
  return { learningRate, beta1, beta2, epsilon: adamEpsilon, weightDecay, clipNorm };
}

/** Whether the clip takes the token's gradient away; CISPO clips the weight of the gradient only. */
function isClipped(ratio: number, advantage: number, { loss, clipLow, clipHigh }: UpdateSettings): boolean {
  if (loss === "importance-sampling") return false;
  if (loss === "cispo") return ratio > 1 + clipHigh;
  return (advantage > 0 && ratio > 1 + clipHigh) || (advantage < 0 && ratio < 1 - clipLow);
}

function diverged(what: string): GemError {
  return new GemError("peer-failed", `training diverged: ${what}`, {
    hint: "Start a new run from the last checkpoint, with a smaller learning rate.",
  });
}

function mean(values: readonly number[]): number {
  return ratioOf(
    values.reduce((sum, value) => sum + value, 0),
    values.length,
  );
}

function ratioOf(sum: number, count: number): number {
  return count === 0 ? 0 : sum / count;
}
