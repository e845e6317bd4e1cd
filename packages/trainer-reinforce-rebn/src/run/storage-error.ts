import { GemError, messageOf } from "@gem-ts/core";

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full: make room, then resume; everything up to the last checkpoint is kept.",
  EDQUOT: "The quota is used up: make room, then resume; everything up to the last checkpoint is kept.",
  EACCES: "Choose a folder that you may write to.",
  EPERM: "Choose a folder that you may write to.",
  EROFS: "The file system is read-only: choose another folder.",
  ENOTDIR: "A file stands where a folder should be: choose another folder.",
  EEXIST: "A file stands where a folder should be: choose another folder.",
};

/** Runs `work` and turns what the file system throws into one `io-failed` error that names the path. */
export async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (GemError.isInstance(error)) throw error;
    const hint = HINTS[codeOf(error) ?? ""];
    throw new GemError("io-failed", `cannot write ${path}: ${messageOf(error)}`, {
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** The code of an error of the file system, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
