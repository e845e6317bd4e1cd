import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Episode, GemError } from "@gem-ts/core";
import type { EvaluationRecord, IterationMetrics } from "../metrics.ts";
import { syncFile, writeFileAtomically } from "./atomic-write.ts";
import { namesIn, removePartials } from "./checkpoint.ts";
import { parseJson, readText } from "./json-file.ts";
import { appendJsonLine, type JsonLine, jsonLines, readJsonLines } from "./json-lines.ts";
import { iterationName, iterationOf, type RunPaths } from "./run-paths.ts";
import { evaluationRecordSchema, iterationMetricsSchema, type RunRecord, runRecordSchema } from "./schemas.ts";
import { codeOf, writing } from "./storage-error.ts";

/** The newest lines of a run's logs. */
export interface RunLogs {
  readonly metrics: IterationMetrics | undefined;
  readonly evaluation: EvaluationRecord | undefined;
}

/**
 * Prepares a folder for a new run. It becomes a run only when {@link writeRecord} is called.
 * @throws GemError `bad-option` when it holds a run, `io-failed`.
 */
export async function prepareFolder(paths: RunPaths): Promise<void> {
  if ((await readText(paths.config)) !== undefined) {
    throw new GemError("bad-option", `${paths.folder} already holds a run`, {
      hint: "Resume it, or choose another folder.",
    });
  }
  for (const path of [paths.metrics, paths.evaluations]) {
    if ((await sizeOf(path)) > 0) {
      throw new GemError("bad-option", `${path} is in the way: it belongs to a run whose config.json is gone`, {
        hint: "Choose another folder.",
      });
    }
  }
  for (const folder of [paths.episodes, paths.checkpoints])
    await writing(folder, () => mkdir(folder, { recursive: true }));
  for (const path of [paths.metrics, paths.evaluations]) await writeFileAtomically(path, "");
}

/** Writes `config.json`. */
export async function writeRecord(paths: RunPaths, record: RunRecord): Promise<void> {
  await writeFileAtomically(paths.config, `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * Reads `config.json`.
 * @throws GemError `not-found` when the folder holds no run, `corrupt-file`.
 */
export async function readRecord(paths: RunPaths): Promise<RunRecord> {
  const text = await readText(paths.config);
  if (text === undefined) {
    throw new GemError("not-found", `${paths.folder} holds no run: there is no config.json`, {
      hint: "Check the folder's name, or start a new run there.",
    });
  }
  return parseJson(text, runRecordSchema, paths.config);
}

/**
 * Takes everything that came after a checkpoint back, so that the run can make it again.
 * @throws GemError `corrupt-file` when the metrics up to the checkpoint are not all there.
 */
export async function rewindLogs(paths: RunPaths, iteration: number): Promise<RunLogs> {
  const metrics = until(iteration, await readJsonLines(paths.metrics, iterationMetricsSchema));
  if (metrics.length !== iteration || metrics.some(({ value }, index) => value.iteration !== index + 1)) {
    throw new GemError(
      "corrupt-file",
      `${paths.metrics} does not have one line for each iteration from 1 to ${iteration}`,
      {
        hint: "Restore the file, or start a new run.",
      },
    );
  }
  const evaluations = until(iteration, await readJsonLines(paths.evaluations, evaluationRecordSchema));
  for (const folder of [paths.folder, paths.checkpoints, paths.episodes]) await removePartials(folder);
  await writeFileAtomically(paths.metrics, textOf(metrics));
  await writeFileAtomically(paths.evaluations, textOf(evaluations));
  for (const name of await namesIn(paths.episodes)) {
    const path = join(paths.episodes, name);
    if ((iterationOf(name) ?? 0) > iteration) await writing(path, () => rm(path));
  }
  return { metrics: metrics.at(-1)?.value, evaluation: evaluations.at(-1)?.value };
}

/** Adds an iteration to the log. */
export async function logIteration(paths: RunPaths, metrics: IterationMetrics): Promise<void> {
  await appendJsonLine(paths.metrics, metrics);
}

/** Adds an evaluation to the log. */
export async function logEvaluation(paths: RunPaths, evaluation: EvaluationRecord): Promise<void> {
  await appendJsonLine(paths.evaluations, evaluation);
}

/** Keeps episodes of an iteration. */
export async function storeEpisodes(paths: RunPaths, iteration: number, episodes: readonly Episode[]): Promise<void> {
  await writeFileAtomically(join(paths.episodes, `${iterationName(iteration)}.jsonl`), jsonLines(episodes));
}

/** Waits until the logs are on the disk: a checkpoint must never be newer than its lines. */
export async function syncLogs(paths: RunPaths): Promise<void> {
  await syncFile(paths.metrics);
  await syncFile(paths.evaluations);
}

function until<T extends { readonly iteration: number }>(
  iteration: number,
  lines: readonly JsonLine<T>[],
): JsonLine<T>[] {
  return lines.filter(({ value }) => value.iteration <= iteration);
}

function textOf(lines: readonly JsonLine<unknown>[]): string {
  return lines.map(({ text }) => `${text}\n`).join("");
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return 0;
    throw new GemError("io-failed", `cannot read ${path}`, { cause: error });
  }
}
