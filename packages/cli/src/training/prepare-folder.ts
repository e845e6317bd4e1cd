import { GemError } from "@gem-ts/core";
import { existsSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../make-folder.ts";

/**
 * Makes the folder of a new run before any work is spent on it.
 * @throws GemError `bad-option` when a run is in it, `io-failed` when it cannot be made.
 */
export async function prepareFolder(folder: string, resumeCommand: string): Promise<void> {
  try {
    await makeFolder(folder);
  } catch (cause) {
    throw new GemError("io-failed", `cannot make the folder ${folder}`, { cause });
  }
  if (existsSync(join(folder, "config.json"))) {
    throw new GemError("bad-option", `${folder} already holds a run`, {
      hint: `Go on with it ("${resumeCommand}"), or name another folder.`,
    });
  }
}

/** Takes the folder away again if nothing was put into it. */
export async function dropEmptyFolder(folder: string): Promise<void> {
  await rmdir(folder).catch(() => {});
}
