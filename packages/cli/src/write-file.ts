import { GemError } from "@gem-ts/core";
import { rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "./make-folder.ts";

/**
 * Writes a file in one piece: readers see the old contents or the new, never a part. Folders on the way are made.
 * @throws GemError `io-failed`.
 */
export async function writeWhole(file: string, contents: string): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await makeFolder(dirname(file));
    if (await isSpecial(file)) {
      await writeFile(file, contents);
      return;
    }
    try {
      await writeFile(draft, contents);
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  } catch (cause) {
    throw new GemError("io-failed", `cannot write ${file}`, { cause });
  }
}

/** Whether there is something other than a file, such as a device, that must not be replaced. */
async function isSpecial(file: string): Promise<boolean> {
  try {
    return !(await stat(file)).isFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
