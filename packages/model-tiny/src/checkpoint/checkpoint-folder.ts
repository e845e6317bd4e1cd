import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { GemError, messageOf } from "@gem-ts/core";
import {
  type Checkpoint,
  CONFIG_FILE,
  decodeCheckpoint,
  decodeConfig,
  digestOf,
  encodeCheckpoint,
  OPTIMIZER_FILE,
} from "./checkpoint.ts";
import type { CheckpointConfig, FileDigest } from "./config.ts";

/**
 * A save may be killed at any moment and the folder still holds a whole checkpoint, the old one or the new one:
 *
 * 1. Each file is written under its name with this ending, and flushed to the disk.
 * 2. `config.json`, which lists the digests of the others, is renamed to its place. From here on the new one counts.
 * 3. The others are renamed. A reader that finds a file of the wrong digest takes the one with this ending.
 *
 * The next save first finishes what an interrupted one left. Files that are not the checkpoint's stay untouched.
 */
const PENDING = ".saving";

/**
 * Writes a checkpoint to a folder, which is made where it is not there.
 * @throws GemError `io-failed`; what the folder held before is then still there.
 */
export async function writeCheckpointFolder(folder: string, checkpoint: Checkpoint): Promise<void> {
  const files = await encodeCheckpoint(checkpoint);
  try {
    await mkdir(folder, { recursive: true });
    await finishInterruptedSave(folder);
    try {
      for (const [name, bytes] of files) await writeFlushed(join(folder, name + PENDING), bytes);
      await flushFolder(folder);
    } catch (error) {
      for (const name of files.keys()) await rm(join(folder, name + PENDING), { force: true });
      throw error;
    }
    const others = [...files.keys()].filter((name) => name !== CONFIG_FILE);
    await rename(join(folder, CONFIG_FILE + PENDING), join(folder, CONFIG_FILE));
    await flushFolder(folder);
    for (const name of others) await rename(join(folder, name + PENDING), join(folder, name));
    if (!files.has(OPTIMIZER_FILE)) await rm(join(folder, OPTIMIZER_FILE), { force: true });
    await flushFolder(folder);
  } catch (error) {
    throw new GemError("io-failed", `could not save to ${folder}: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Reads the checkpoint of a folder.
 * @throws GemError `not-found`, `corrupt-file` or `io-failed`.
 */
export function readCheckpointFolder(folder: string): Promise<Checkpoint> {
  return decodeCheckpoint((name, wanted) => readWanted(folder, name, wanted), folder);
}

/** The file under its name or, when that is not the wanted one, the one that an interrupted save left beside it. */
async function readWanted(
  folder: string,
  name: string,
  wanted: FileDigest | undefined,
): Promise<Uint8Array | undefined> {
  const bytes = await readIfThere(join(folder, name));
  if (wanted === undefined || (bytes !== undefined && (await matches(bytes, wanted)))) return bytes;
  const pending = await readIfThere(join(folder, name + PENDING));
  if (pending !== undefined && (await matches(pending, wanted))) return pending;
  // A save in another process may have renamed the file in between.
  return pending === undefined ? readIfThere(join(folder, name)) : bytes;
}

async function finishInterruptedSave(folder: string): Promise<void> {
  const pending = (await readdir(folder)).filter((name) => name.endsWith(PENDING));
  if (pending.length === 0) return;
  const listed = (await readConfigQuietly(folder))?.files ?? {};
  for (const file of pending) {
    const name = file.slice(0, -PENDING.length);
    const wanted = listed[name];
    const bytes = wanted === undefined ? undefined : await readIfThere(join(folder, file));
    if (wanted !== undefined && bytes !== undefined && (await matches(bytes, wanted)))
      await rename(join(folder, file), join(folder, name));
  }
  await flushFolder(folder);
}

async function readConfigQuietly(folder: string): Promise<CheckpointConfig | undefined> {
  const bytes = await readIfThere(join(folder, CONFIG_FILE));
  if (bytes === undefined) return undefined;
  try {
    return decodeConfig(bytes, CONFIG_FILE);
  } catch {
    // Whatever it was, the save that is about to happen replaces it.
    return undefined;
  }
}

async function matches(bytes: Uint8Array, wanted: FileDigest): Promise<boolean> {
  return bytes.length === wanted.bytes && (await digestOf(bytes)).sha256 === wanted.sha256;
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new GemError("io-failed", `could not read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames in the folder last through a power cut; not every platform lets one open a folder. */
async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (process.platform !== "win32") throw error;
  }
}
