import type { Episode } from "@gem-ts/core";
import { findAlgorithm, type Run } from "@gem-ts/trainer-reinforce-rebn";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Environment } from "../environment/open-environment.ts";
import type { Scores } from "../evaluation/scores.ts";
import { machineFacts } from "../machine.ts";
import type { BothPlayed } from "../training/play-both.ts";
import type { RunSetup } from "../training/run-setup.ts";
import { writeWhole } from "../write-file.ts";
import { renderReport } from "./render-report.ts";
import type { EvaluationPoint, Reference, TrainingSample } from "./report-data.ts";

/** What a report is made from. */
export interface WriteReportOptions {
  /** `report.html` in the run's folder by default. */
  readonly file: string | undefined;
  readonly environment: Environment;
  readonly run: Run;
  readonly setup: RunSetup;
  readonly before: BothPlayed;
  readonly after: BothPlayed;
  readonly references: readonly Reference[];
  readonly seconds: number;
  readonly finished: boolean;
}

/** How many pairs of episodes, and how many of the training's own, a report shows at most. */
const PAIRS = 8;
const SAMPLES = 12;

/**
 * Writes the report of a run and returns its path.
 * @throws GemError `io-failed`.
 */
export async function writeReport(options: WriteReportOptions): Promise<string> {
  const { environment, run, setup, before, after, references, seconds, finished } = options;
  const { config } = run;
  const file = resolve(options.file ?? join(run.folder, "report.html"));
  const last = run.latest.iteration;
  await writeWhole(
    file,
    renderReport({
      env: config.env,
      summary: environment.definition.summary,
      algorithm: config.algorithm,
      algorithmSummary: findAlgorithm(config.algorithm).summary,
      model: run.model,
      seed: config.seed,
      command: setup.command,
      startedAt: setup.startedAt,
      seconds,
      finished,
      machine: machineFacts(),
      config: JSON.parse(JSON.stringify(config)),
      before: { sampled: before.sampled.scores, greedy: before.greedy.scores },
      after: { sampled: after.sampled.scores, greedy: after.greedy.scores },
      references,
      iterations: run.metrics.filter(({ iteration }) => iteration <= last),
      evaluations: [
        pointOf(0, before.sampled.scores),
        ...run.evaluations
          .filter(({ iteration }) => iteration > 0 && iteration < last)
          .map(({ iteration, sampled }): EvaluationPoint => ({
            iteration,
            success: { mean: sampled.success, error: sampled.successError },
            turns: { mean: sampled.turns },
            return: { mean: sampled.return, error: sampled.returnError },
          })),
        pointOf(last, after.sampled.scores),
      ],
      pairs: before.sampled.episodes.slice(0, PAIRS).flatMap((episode, index) => {
        const later = after.sampled.episodes[index];
        return later === undefined ? [] : [{ seed: episode.seed, before: episode, after: later }];
      }),
      samples: await readSamples(run),
    }),
  );
  return file;
}

function pointOf(iteration: number, { success, turns, return: total }: Scores): EvaluationPoint {
  return { iteration, success, turns, return: total };
}

/** The first stored episode of some iterations, spread evenly over the run. */
async function readSamples({ episodes, latest }: Run): Promise<TrainingSample[]> {
  const files = episodes.filter(({ iteration }) => iteration <= latest.iteration);
  const stride = Math.max(1, (files.length - 1) / (SAMPLES - 1));
  const chosen =
    files.length <= SAMPLES ? files : Array.from({ length: SAMPLES }, (_, index) => files[Math.round(index * stride)]!);
  const samples: TrainingSample[] = [];
  for (const { iteration, path } of chosen) {
    const [line] = (await readFile(path, "utf8")).split("\n", 1);
    if (line !== undefined && line !== "") samples.push({ iteration, episode: JSON.parse(line) as Episode });
  }
  return samples;
}
