import { GemError } from "@gem-ts/core";
import type { TinyModel } from "@gem-ts/model-tiny";
import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { formatCount } from "../format/number.ts";

/** Options of {@link openModel}. */
export interface OpenModelOptions {
  /** Worker threads; 0, the default, computes in this thread. */
  readonly workers?: number;
  /** Name in episodes and reports; `tiny-base` or the folder's by default. */
  readonly name?: string;
}

/**
 * Workers of long jobs unless told otherwise. Gradients of two workers differ from those of four in the last bits, so
 * this is a constant, and not what the machine has.
 */
export const DEFAULT_WORKERS = 2;

/** The name of the checkpoint that comes with the package. */
export const BASE_MODEL = "base";

/**
 * Loads the base checkpoint, a checkpoint folder, or the newest checkpoint of a run folder.
 *
 * @throws GemError `not-found` when there is no such folder, `corrupt-file` when it does not hold a checkpoint.
 */
export async function openModel(source: string, options: OpenModelOptions = {}): Promise<TinyModel> {
  const { loadBase, loadTinyModel } = await import("@gem-ts/model-tiny");
  if (source === BASE_MODEL) {
    return loadBase(options).catch((error: unknown) => {
      if (!GemError.isInstance(error) || error.code !== "not-found") throw error;
      throw new GemError("not-found", "the base checkpoint is not installed", {
        cause: error,
        hint: 'Make one with "gem pretrain --out <folder>" and name it with "--model <folder>".',
      });
    });
  }
  return loadTinyModel(await checkpointFolder(source), { name: basename(resolve(source)), ...options });
}

/** A model in a few words: `tiny-base (125,633 parameters, 2 layers, width 64, 2 workers)`. */
export function describeModel({ name, architecture, info }: TinyModel): string {
  const { layers, width } = architecture;
  const threads = info.workers === 0 ? "" : `, ${info.workers} ${info.workers === 1 ? "worker" : "workers"}`;
  return `${name} (${formatCount(info.parameters)} parameters, ${layers} ${layers === 1 ? "layer" : "layers"}, width ${width}${threads})`;
}

/** A folder that a model was saved to: the given one, or the newest checkpoint of the run in it. */
export async function checkpointFolder(folder: string): Promise<string> {
  if (!existsSync(folder)) {
    throw new GemError("not-found", `there is no checkpoint or run at ${folder}`, {
      hint: `Name a folder that "gem train" or "gem pretrain" wrote, or "${BASE_MODEL}".`,
    });
  }
  if (!statSync(folder).isDirectory()) {
    throw new GemError("corrupt-file", `${folder} is a file; a checkpoint is a folder`);
  }
  if (!existsSync(join(folder, "checkpoints"))) return folder;
  const { readRun } = await import("@gem-ts/trainer-reinforce-rebn");
  return (await readRun(folder)).latest.folder;
}
