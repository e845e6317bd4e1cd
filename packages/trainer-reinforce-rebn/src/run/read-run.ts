import { join } from "node:path";
import type { TrainingConfig } from "../config.ts";
import type { EvaluationRecord, IterationMetrics } from "../metrics.ts";
import { type Checkpoint, latestCheckpoint, listCheckpoints, namesIn } from "./checkpoint.ts";
import { readJsonLines } from "./json-lines.ts";
import { readRecord } from "./run-folder.ts";
import { iterationOf, runPaths } from "./run-paths.ts";
import { evaluationRecordSchema, iterationMetricsSchema } from "./schemas.ts";

/** What the folder of a run holds. */
export interface Run {
  readonly folder: string;
  /** Name of the model. */
  readonly model: string;
  readonly config: TrainingConfig;
  readonly metrics: readonly IterationMetrics[];
  readonly evaluations: readonly EvaluationRecord[];
  /** Oldest first. */
  readonly checkpoints: readonly Checkpoint[];
  /** The one to go on from; `latest.folder` is what `model.load` reads. */
  readonly latest: Checkpoint;
  /** Files of sampled episodes, one episode a line, oldest first. */
  readonly episodes: readonly EpisodeFile[];
}

/** A file of sampled episodes. */
export interface EpisodeFile {
  readonly iteration: number;
  readonly path: string;
}

/**
 * Reads a run, finished or not, also while it goes on in another process.
 * @throws GemError `not-found` when the folder holds no run, `corrupt-file`, `io-failed`.
 */
export async function readRun(folder: string): Promise<Run> {
  const paths = runPaths(folder);
  const { model, config } = await readRecord(paths);
  const metrics = await readJsonLines(paths.metrics, iterationMetricsSchema);
  const evaluations = await readJsonLines(paths.evaluations, evaluationRecordSchema);
  const episodes = (await namesIn(paths.episodes)).flatMap((name) => {
    const iteration = name.endsWith(".jsonl") ? iterationOf(name) : undefined;
    return iteration === undefined ? [] : [{ iteration, path: join(paths.episodes, name) }];
  });
  return {
    folder,
    model,
    config,
    metrics: metrics.map(({ value }) => value),
    evaluations: evaluations.map(({ value }) => value),
    checkpoints: await listCheckpoints(paths),
    latest: await latestCheckpoint(paths),
    episodes,
  };
}
