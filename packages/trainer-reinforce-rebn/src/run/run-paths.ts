import { join } from "node:path";

/** Where things are in the folder of a run. */
export interface RunPaths {
  readonly folder: string;
  /** The settings; its presence makes the folder a run. */
  readonly config: string;
  /** One line an iteration. */
  readonly metrics: string;
  /** One line an evaluation. */
  readonly evaluations: string;
  /** Sampled episodes, a file for each iteration that kept some. */
  readonly episodes: string;
  readonly checkpoints: string;
  /** Names the checkpoint to go on from. */
  readonly latest: string;
}

/** The paths of the run in a folder. */
export function runPaths(folder: string): RunPaths {
  return {
    folder,
    config: join(folder, "config.json"),
    metrics: join(folder, "metrics.jsonl"),
    evaluations: join(folder, "evaluations.jsonl"),
    episodes: join(folder, "episodes"),
    checkpoints: join(folder, "checkpoints"),
    latest: join(folder, "checkpoints", "latest"),
  };
}

/** `iteration-000100`: names sort as their numbers do. */
export function iterationName(iteration: number): string {
  return `iteration-${String(iteration).padStart(6, "0")}`;
}

const NAME = /^iteration-(\d{6,})(?:\.jsonl)?$/;

/** The number in a name that {@link iterationName} made, an ending `.jsonl` or not; `undefined` for any other name. */
export function iterationOf(name: string): number | undefined {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
