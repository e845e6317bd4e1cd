import { type Datum, type Episode, GemError, type TrainableModel } from "@gem-ts/core";
import { learningRateAt } from "./learning-rate-schedule.ts";

/** A sequence to imitate: which tokens there are, and which of them the model should learn to say. */
export interface ImitationSequence {
  readonly tokens: readonly number[];
  /** Same length; `true` for the tokens of actions and the token that ends each. Entry 0 is never trained on. */
  readonly trained: readonly boolean[];
}

/**
 * Renders an episode as the policy of the model would have seen it, whoever played it: one sequence of an append-only
 * conversation, one for each turn where every prompt starts over. Models offer such a function.
 */
export type EpisodeEncoder = (episode: Episode) => ImitationSequence | readonly ImitationSequence[];

/** Options of {@link imitate}. */
export interface ImitateOptions {
  readonly model: TrainableModel;
  /** The sequences of one step, counted from 0. {@link teacherBatches} makes them from a policy's play. */
  readonly batch: (step: number) => readonly ImitationSequence[] | Promise<readonly ImitationSequence[]>;
  /** Optimiser steps. */
  readonly steps: number;
  /** Highest learning rate; 1e-3 by default. */
  readonly learningRate?: number;
  /** Steps over which the learning rate rises from 0 to its highest; 5 % of the steps by default. */
  readonly warmupSteps?: number;
  /** Learning rate of the last step as a share of the highest, reached along a cosine; 0.1 by default. */
  readonly learningRateFloor?: number;
  /** Largest L2 norm of a gradient; 1 by default. */
  readonly clipNorm?: number;
  /** 0 by default. */
  readonly weightDecay?: number;
  /** Stops after the step that is under way. */
  readonly signal?: AbortSignal;
  /** Hears of each step. */
  readonly onStep?: (step: ImitationStep) => void;
}

/** What one step of {@link imitate} did. */
export interface ImitationStep {
  /** From 0. */
  readonly step: number;
  /** Mean of `-log p` over the trained tokens, in nats, before the step. */
  readonly loss: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
  /** Trained tokens of the batch. */
  readonly tokens: number;
  readonly seconds: number;
}

/** What {@link imitate} returns. */
export interface ImitationResult {
  readonly outcome: "finished" | "aborted";
  /** Steps that were made. */
  readonly steps: number;
  /** Loss of the last step; 0 when there was none. */
  readonly loss: number;
}

/**
 * Behaviour cloning, the supervised warm start: cross-entropy on the teacher's action tokens with Adam, a linear rise
 * of the learning rate and a cosine fall.
 *
 * @throws GemError `bad-option` for an empty batch or a mask that does not fit, `peer-failed` when the loss is no
 * longer a number.
 */
export async function imitate(options: ImitateOptions): Promise<ImitationResult> {
  const { model, steps, signal, onStep } = options;
  const peak = options.learningRate ?? 1e-3;
  const schedule = {
    peak,
    floor: peak * (options.learningRateFloor ?? 0.1),
    warmupSteps: options.warmupSteps ?? Math.ceil(steps * 0.05),
    steps,
  };
  let loss = 0;
  for (let step = 0; step < steps; step++) {
    if (signal?.aborted === true) return { outcome: "aborted", steps: step, loss };
    const started = performance.now();
    const { data, tokens } = crossEntropyBatch(await options.batch(step));
    const result = await model.forwardBackward(data, { kind: "cross-entropy" });
    if (!Number.isFinite(result.loss)) {
      throw diverged(`imitation diverged at step ${step}: the loss is ${result.loss}`);
    }
    loss = result.loss;
    const learningRate = learningRateAt(step, schedule);
    const { gradientNorm } = await model.optimStep({
      learningRate,
      clipNorm: options.clipNorm ?? 1,
      weightDecay: options.weightDecay ?? 0,
    });
    if (!Number.isFinite(gradientNorm)) {
      throw diverged(`imitation diverged at step ${step}: the gradient's norm is ${gradientNorm}`);
    }
    onStep?.({ step, loss, gradientNorm, learningRate, tokens, seconds: (performance.now() - started) / 1000 });
  }
  return { outcome: "finished", steps, loss };
}

function diverged(what: string): GemError {
  return new GemError("peer-failed", what, { hint: "Lower the learning rate." });
}

/** Weights `1 / tokens` on the trained tokens of a batch, so that the loss is their mean. */
function crossEntropyBatch(sequences: readonly ImitationSequence[]): { data: Datum[]; tokens: number } {
  let count = 0;
  for (const { tokens, trained } of sequences) {
    if (trained.length !== tokens.length) {
      throw new GemError(
        "bad-option",
        `a sequence to imitate has ${tokens.length} tokens but a mask of ${trained.length}`,
      );
    }
    for (let i = 1; i < tokens.length; i++) if (trained[i]!) count++;
  }
  if (count === 0) throw new GemError("bad-option", "a batch to imitate holds no token to train on");
  const data = sequences.map(({ tokens, trained }) => ({
    tokens,
    weights: Float64Array.from(trained, (wanted, i) => (wanted && i > 0 ? 1 / count : 0)),
  }));
  return { data, tokens: count };
}
