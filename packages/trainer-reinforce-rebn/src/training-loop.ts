import type { AnyEnv, TrainableModel } from "@gem-ts/core";
import type { Algorithm } from "./algorithms.ts";
import type { Collect } from "./collect.ts";
import type { TrainingConfig } from "./config.ts";
import { evaluate } from "./evaluate.ts";
import type { TrainingEvent, TrainingOutcome } from "./events.ts";
import { runIteration, samplingOptions } from "./iteration.ts";
import type { EvaluationRecord, IterationMetrics, TrainingTotals } from "./metrics.ts";
import { writeCheckpoint } from "./run/checkpoint.ts";
import { logEvaluation, logIteration, storeEpisodes, syncLogs } from "./run/run-folder.ts";
import type { RunPaths } from "./run/run-paths.ts";

/** What stays the same over a run. */
export interface LoopParts {
  readonly model: TrainableModel;
  readonly env: () => AnyEnv | Promise<AnyEnv>;
  readonly config: TrainingConfig;
  readonly paths: RunPaths;
  readonly algorithm: Algorithm;
  readonly collect: Collect;
  readonly signal: AbortSignal;
  readonly emit: (event: TrainingEvent) => void;
}

/** Where a run stands between two iterations. */
export interface Progress {
  /** Updates that the model holds. */
  readonly iteration: number;
  /** Updates that the newest checkpoint holds. */
  readonly saved: number;
  readonly total: TrainingTotals;
  readonly metrics: IterationMetrics | undefined;
  readonly evaluation: EvaluationRecord | undefined;
}

/** What the loop returns. */
export interface LoopResult extends Pick<Progress, "iteration" | "metrics" | "evaluation"> {
  readonly outcome: TrainingOutcome;
}

/**
 * Iterations one after another until all are done or the signal stops them. An iteration's checkpoint comes before its
 * evaluation, which depends on the weights alone and is made up for when the run was stopped in between.
 */
export async function trainingLoop(parts: LoopParts, start: Progress): Promise<LoopResult> {
  const { config, signal, emit } = parts;
  const started = performance.now();
  let now = start;
  while (!signal.aborted) {
    if (lacksEvaluation(now, config)) {
      const evaluation = await evaluateModel(parts, now.iteration);
      if (evaluation === undefined) break;
      await logEvaluation(parts.paths, evaluation);
      now = { ...now, evaluation };
      emit({ type: "evaluation", evaluation });
    }
    if (now.iteration >= config.iterations) break;
    const next = await iterate(parts, now);
    if (next === undefined) break;
    now = next;
    if (isDue(config.checkpointEvery, now.iteration, config)) now = await saveProgress(parts, now);
  }
  now = await saveProgress(parts, now);
  const outcome = now.iteration >= config.iterations && !lacksEvaluation(now, config) ? "finished" : "aborted";
  const { iteration, metrics, evaluation } = now;
  emit({ type: "run-end", outcome, iteration, seconds: (performance.now() - started) / 1000 });
  return { outcome, iteration, metrics, evaluation };
}

/** One iteration, logged; `undefined` when it was dropped. */
async function iterate(parts: LoopParts, before: Progress): Promise<Progress | undefined> {
  const { model, env, config, algorithm, collect, paths, signal, emit } = parts;
  const iteration = before.iteration + 1;
  const onProgress = (done: number, total: number): void =>
    emit({ type: "progress", phase: "collect", iteration, done, total });
  const result = await runIteration({
    model,
    env,
    config,
    algorithm,
    collect,
    iteration,
    total: before.total,
    signal,
    onProgress,
  });
  if (result.outcome === "aborted") return undefined;
  if (result.outcome === "failed") {
    // Best effort: a model that is the cause may be unable to save as well, and that error would hide this one.
    await saveProgress(parts, before).catch(() => undefined);
    throw result.error;
  }
  const { metrics } = result;
  const sampled = isSampled(iteration, config) ? result.episodes.slice(0, config.sampleEpisodes) : [];
  if (sampled.length > 0) await storeEpisodes(paths, iteration, sampled);
  await logIteration(paths, metrics);
  emit({ type: "iteration", metrics });
  for (const episode of sampled) emit({ type: "episode-sample", iteration, episode });
  return { ...before, iteration, total: metrics.total, metrics };
}

/** Held-out play, greedy and sampled; `undefined` when the signal cut it short. */
async function evaluateModel(parts: LoopParts, iteration: number): Promise<EvaluationRecord | undefined> {
  const { model, env, config, signal, emit } = parts;
  const started = performance.now();
  const episodes = config.evaluationEpisodes;
  let before = 0;
  const play = async (temperature: number): ReturnType<typeof evaluate> => {
    const result = await evaluate({
      env,
      policy: model.policy(samplingOptions(config, temperature)),
      episodes,
      seed: config.evaluationSeed,
      concurrency: config.concurrency,
      signal,
      onProgress: (done) =>
        emit({ type: "progress", phase: "evaluate", iteration, done: before + done, total: 2 * episodes }),
    });
    before += episodes;
    return result;
  };
  const greedy = await play(0);
  const sampled = await play(config.temperature);
  if (greedy.outcome === "aborted" || sampled.outcome === "aborted") return undefined;
  return {
    iteration,
    greedy: greedy.summary,
    sampled: sampled.summary,
    time: { seconds: (performance.now() - started) / 1000 },
  };
}

/** Writes a checkpoint, unless the newest one holds the same. */
async function saveProgress(parts: LoopParts, now: Progress): Promise<Progress> {
  const { model, config, paths, emit } = parts;
  const { iteration, total } = now;
  if (now.saved === iteration) return now;
  await syncLogs(paths);
  const checkpoint = await writeCheckpoint(paths, model, { version: 1, iteration, total }, config.keepCheckpoints);
  emit({ type: "checkpoint", ...checkpoint });
  return { ...now, saved: iteration };
}

function isDue(every: number, iteration: number, { iterations }: TrainingConfig): boolean {
  return every > 0 && (iteration % every === 0 || iteration === iterations);
}

function isSampled(iteration: number, { sampleEvery }: TrainingConfig): boolean {
  return sampleEvery > 0 && (iteration === 1 || iteration % sampleEvery === 0);
}

function lacksEvaluation({ iteration, evaluation }: Progress, config: TrainingConfig): boolean {
  return isDue(config.evaluateEvery, iteration, config) && evaluation?.iteration !== iteration;
}
