import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { GemError, messageOf, type TrainableModel } from "@gem-ts/core";
import { z } from "zod";
import type { TrainingTotals } from "../metrics.ts";
import { writeFileAtomically, writeFolderAtomically } from "./atomic-write.ts";
import { parseJson, readText } from "./json-file.ts";
import { iterationName, iterationOf, type RunPaths } from "./run-paths.ts";
import { codeOf, writing } from "./storage-error.ts";
import { totalsSchema } from "./schemas.ts";

/** What a checkpoint holds beside the model: `state.json`. Everything random follows from the seed and `iteration`. */
export interface CheckpointState {
  readonly version: 1;
  /** Updates made. */
  readonly iteration: number;
  readonly total: TrainingTotals;
}

/** A checkpoint on disk. */
export interface Checkpoint {
  readonly iteration: number;
  /** `model.load` reads it. */
  readonly folder: string;
}

const stateSchema: z.ZodType<CheckpointState> = z.object({
  version: z.literal(1),
  iteration: z.int().min(0),
  total: totalsSchema,
});

/**
 * Saves the model, its optimiser and the state, points `latest` there, and drops old checkpoints: all but the newest
 * `keep` and that of iteration 0.
 *
 * @throws GemError `io-failed`.
 */
export async function writeCheckpoint(
  paths: RunPaths,
  model: TrainableModel,
  state: CheckpointState,
  keep: number,
): Promise<Checkpoint> {
  const name = iterationName(state.iteration);
  const folder = join(paths.checkpoints, name);
  await writeFolderAtomically(folder, async (partial) => {
    await model.save(partial, { optimizer: true });
    await writeFileAtomically(join(partial, "state.json"), `${JSON.stringify(state)}\n`);
  });
  await writeFileAtomically(paths.latest, `${name}\n`);
  await dropCheckpoints(paths, state.iteration, keep);
  return { iteration: state.iteration, folder };
}

/**
 * Drops all checkpoints but the newest `keep` up to that of `iteration`, which `latest` names, and that of iteration 0.
 * What a kill has left of an earlier drop goes, too.
 *
 * @throws GemError `io-failed`.
 */
export async function dropCheckpoints(paths: RunPaths, iteration: number, keep: number): Promise<void> {
  const later = (await listCheckpoints(paths)).filter((checkpoint) => checkpoint.iteration > 0);
  const kept = later.filter((checkpoint) => checkpoint.iteration <= iteration).slice(-keep);
  for (const checkpoint of later) {
    if (kept.includes(checkpoint)) continue;
    await writing(checkpoint.folder, () => rm(checkpoint.folder, { recursive: true, force: true }));
  }
}

/** The checkpoints of a run, oldest first. */
export async function listCheckpoints(paths: RunPaths): Promise<Checkpoint[]> {
  const names = await namesIn(paths.checkpoints);
  return names.flatMap((name) => {
    const iteration = name.endsWith(".jsonl") ? undefined : iterationOf(name);
    return iteration === undefined ? [] : [{ iteration, folder: join(paths.checkpoints, name) }];
  });
}

/**
 * The checkpoint that `latest` names.
 * @throws GemError `corrupt-file` when it names none.
 */
export async function latestCheckpoint(paths: RunPaths): Promise<Checkpoint> {
  const name = (await readText(paths.latest))?.trim();
  const iteration = name === undefined ? undefined : iterationOf(name);
  if (name === undefined || iteration === undefined) {
    throw new GemError(
      "corrupt-file",
      `${paths.latest} ${name === undefined ? "is missing" : "does not name a checkpoint"}`,
      {
        hint: `Write the name of a folder beside it into it, such as ${iterationName(0)}.`,
      },
    );
  }
  return { iteration, folder: join(paths.checkpoints, name) };
}

/**
 * Loads a checkpoint into the model.
 * @throws GemError `corrupt-file`.
 */
export async function readCheckpoint(checkpoint: Checkpoint, model: TrainableModel): Promise<CheckpointState> {
  const path = join(checkpoint.folder, "state.json");
  const text = await readText(path);
  if (text === undefined)
    throw new GemError(
      "corrupt-file",
      `the checkpoint ${checkpoint.folder} is missing or not complete: it has no state.json`,
    );
  const state = parseJson(text, stateSchema, path);
  if (state.iteration !== checkpoint.iteration) {
    throw new GemError(
      "corrupt-file",
      `${path} is of iteration ${state.iteration}, its folder of iteration ${checkpoint.iteration}`,
    );
  }
  try {
    await model.load(checkpoint.folder);
  } catch (error) {
    if (GemError.isInstance(error)) throw error;
    throw new GemError("corrupt-file", `the model in ${checkpoint.folder} cannot be loaded: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return state;
}

/** Removes what kills have left half-written. */
export async function removePartials(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (!name.endsWith(".partial")) continue;
    const path = join(folder, name);
    await writing(path, () => rm(path, { recursive: true, force: true }));
  }
}

/** Names in a folder in their order; none when it does not exist. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw new GemError("io-failed", `cannot read ${folder}: ${messageOf(error)}`, { cause: error });
  }
}
