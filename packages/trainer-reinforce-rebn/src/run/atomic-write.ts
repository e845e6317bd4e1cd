import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writing } from "./storage-error.ts";

/**
 * Writes a file so that, whenever the process or the machine stops, the path holds the old text or the new one.
 * @throws GemError `io-failed`.
 */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  await writing(path, async () => {
    const partial = `${path}.partial`;
    const file = await open(partial, "w");
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
    await syncFolder(dirname(path));
  });
}

/**
 * Fills a folder so that, whenever the process or the machine stops, it is there with everything or not at all. A
 * folder that was at the path before is replaced.
 * @throws GemError `io-failed`, or what `fill` throws if that is a GemError.
 */
export async function writeFolderAtomically(path: string, fill: (partial: string) => Promise<void>): Promise<void> {
  await writing(path, async () => {
    const partial = `${path}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    try {
      await fill(partial);
      await syncFiles(partial);
    } catch (error) {
      // On a full disk the half-written folder would stand in the way of everything else.
      await rm(partial, { recursive: true, force: true }).catch(() => undefined);
      throw error;
    }
    await rm(path, { recursive: true, force: true });
    await rename(partial, path);
    await syncFolder(dirname(path));
  });
}

/** Waits until a file's content is on the disk. */
export async function syncFile(path: string): Promise<void> {
  await writing(path, async () => {
    const file = await open(path, "r+");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

async function syncFiles(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await syncFile(join(entry.parentPath, entry.name));
  }
  await syncFolder(folder);
}

/** Makes a rename durable. Windows cannot open folders, and needs no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
