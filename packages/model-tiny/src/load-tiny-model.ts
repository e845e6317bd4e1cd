import { GemError } from "@gem-ts/core";
import { type RunOptions, startModel } from "./create-tiny-model.ts";
import type { TinyModel } from "./model/tiny-model.ts";

/**
 * A model from the folder that `save` wrote, with the optimiser's state where it is there.
 * @throws GemError `not-found`, `corrupt-file` or `io-failed`, naming the file and what is wrong with it.
 */
export async function loadTinyModel(folder: string, options: RunOptions = {}): Promise<TinyModel> {
  const { readCheckpointFolder } = await import("./checkpoint/checkpoint-folder.ts");
  return startModel(await readCheckpointFolder(folder), options);
}

/**
 * The model that ships with this package: it has learned the format of actions and sloppy play from random but valid
 * transcripts, as a start for training.
 * @throws GemError `not-found` where the checkpoint was not made yet.
 */
export async function loadBase(options: RunOptions = {}): Promise<TinyModel> {
  const { baseFolder } = await import("./checkpoint/base-folder.ts");
  const folder = baseFolder();
  try {
    return await loadTinyModel(folder, { name: "tiny-base", ...options });
  } catch (error) {
    if (!(GemError.isInstance(error) && error.code === "not-found")) throw error;
    throw new GemError("not-found", `the base model is not there: ${error.message}`, {
      cause: error,
      hint: "Make it with: gem pretrain",
    });
  }
}
