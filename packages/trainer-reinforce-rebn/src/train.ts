import { isDeepStrictEqual } from "node:util";
import { type AnyEnv, GemError, type TrainableModel } from "@gem-ts/core";
import { type Algorithms, algorithms as builtIn, findAlgorithm } from "./algorithms.ts";
import { type Collect, collectEpisodes } from "./collect.ts";
import {
  defined,
  resumableSettings,
  type TrainingConfig,
  type TrainingConfigChanges,
  type TrainingConfigInput,
  trainingConfig,
} from "./config.ts";
import type { TrainingEvent, TrainingOutcome } from "./events.ts";
import type { EvaluationRecord, IterationMetrics } from "./metrics.ts";
import { dropCheckpoints, latestCheckpoint, readCheckpoint, writeCheckpoint } from "./run/checkpoint.ts";
import { prepareFolder, readRecord, rewindLogs, writeRecord } from "./run/run-folder.ts";
import { runPaths } from "./run/run-paths.ts";
import { type Progress, trainingLoop } from "./training-loop.ts";

/** What a run needs, whether it is new or goes on. */
interface TrainingParts {
  /** Trained in place; at the end it holds the last weights. A resumed run first loads its checkpoint into it. */
  readonly model: TrainableModel;
  /** Makes an environment; called once for each concurrent episode. */
  readonly env: () => AnyEnv | Promise<AnyEnv>;
  /** The run's folder. One process at a time. */
  readonly folder: string;
  /** What `config.algorithm` can name; the built-in ones by default. */
  readonly algorithms?: Algorithms;
  /** Plays the episodes of an iteration; whole episodes by `rollout` by default. */
  readonly collect?: Collect;
  /**
   * Stops the run at a point that it can go on from exactly: the unfinished iteration is dropped (an update that has
   * begun is finished), a checkpoint is written, and the outcome is `aborted`.
   */
  readonly signal?: AbortSignal;
  /** Hears everything that happens, synchronously. */
  readonly onEvent?: (event: TrainingEvent) => void;
}

/** Options of {@link train}. */
export interface TrainOptions extends TrainingParts {
  readonly config: TrainingConfigInput;
}

/** Options of {@link resumeTraining}. */
export interface ResumeTrainingOptions extends TrainingParts {
  /** Settings to change: those in `resumableSettings`. Others may be repeated, with the values they have. */
  readonly config?: TrainingConfigChanges;
}

/** What {@link train} returns. */
export interface TrainResult {
  readonly outcome: TrainingOutcome;
  /** Updates that the model holds. */
  readonly iteration: number;
  /** The newest metrics and evaluation, where there are any. */
  readonly metrics: IterationMetrics | undefined;
  readonly evaluation: EvaluationRecord | undefined;
}

/**
 * Trains a model and records the run in a folder, from which {@link resumeTraining} can go on at any time.
 *
 * @throws GemError `bad-config` or `unknown-id` for the configuration, `bad-option` when the folder already holds a
 * run, `unsupported` when the policy gives no tokens, `peer-failed` when every episode of a batch failed or the loss
 * is no longer a number, `io-failed` when the folder cannot be written.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { model, folder } = options;
  const config = trainingConfig(options.config, options.algorithms);
  const paths = runPaths(folder);
  await prepareFolder(paths);
  const total = { episodes: 0, transitions: 0, tokens: 0 };
  // First a checkpoint, then the record: a folder that holds a run can always be resumed.
  const checkpoint = await writeCheckpoint(paths, model, { version: 1, iteration: 0, total }, config.keepCheckpoints);
  await writeRecord(paths, { version: 1, model: model.name, config });
  options.onEvent?.({ type: "run-start", folder, config, model: model.name });
  options.onEvent?.({ type: "checkpoint", ...checkpoint });
  return run(options, config, { iteration: 0, saved: 0, total, metrics: undefined, evaluation: undefined });
}

/**
 * Goes on with the run in a folder, bit for bit as if it had never stopped.
 *
 * @throws GemError as {@link train}, and `not-found` when the folder holds no run, `corrupt-file` when its files do
 * not fit together, `bad-option` when `config` changes what may not change.
 */
export async function resumeTraining(options: ResumeTrainingOptions): Promise<TrainResult> {
  const { model, folder } = options;
  const paths = runPaths(folder);
  const record = await readRecord(paths);
  const changes = changedSettings(folder, record.config, defined(options.config ?? {}));
  const config = trainingConfig({ ...record.config, ...changes }, options.algorithms);
  const checkpoint = await latestCheckpoint(paths);
  const { iteration, total } = await readCheckpoint(checkpoint, model);
  const logs = await rewindLogs(paths, iteration);
  await dropCheckpoints(paths, iteration, config.keepCheckpoints);
  if (Object.keys(changes).length > 0) await writeRecord(paths, { ...record, config });
  options.onEvent?.({ type: "resumed", folder, config, model: model.name, iteration });
  return run(options, config, { iteration, saved: iteration, total, ...logs });
}

function run(options: TrainingParts, config: TrainingConfig, progress: Progress): Promise<TrainResult> {
  const { model, env, folder, onEvent } = options;
  return trainingLoop(
    {
      model,
      env,
      config,
      paths: runPaths(folder),
      algorithm: findAlgorithm(config.algorithm, options.algorithms ?? builtIn),
      collect: options.collect ?? collectEpisodes,
      signal: options.signal ?? new AbortController().signal,
      emit: onEvent ?? (() => undefined),
    },
    progress,
  );
}

/** The settings that differ from the recorded ones; refuses those that would make it another run. */
function changedSettings(
  folder: string,
  recorded: TrainingConfig,
  wanted: Partial<TrainingConfig>,
): Partial<TrainingConfig> {
  const names = (Object.keys(wanted) as (keyof TrainingConfig)[]).filter(
    (name) => !isDeepStrictEqual(wanted[name], recorded[name]),
  );
  const refused = names.filter((name) => !resumableSettings.includes(name));
  if (refused.length > 0) {
    const list = refused
      .map((name) => `${name} (${JSON.stringify(recorded[name])}, not ${JSON.stringify(wanted[name])})`)
      .join(", ");
    throw new GemError("bad-option", `${folder} holds another run: it differs in ${list}`, {
      hint: `Only ${resumableSettings.join(", ")} may change when a run is resumed; start a new run in another folder for anything else.`,
    });
  }
  return Object.fromEntries(names.map((name) => [name, wanted[name]]));
}
