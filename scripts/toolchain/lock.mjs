import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "./say.mjs";

/** Milliseconds between two looks at a lock that another process holds. */
const POLL = 200;
/** Milliseconds after which a lock file without a process id in it counts as left over from a crash. */
const WRITING = 5000;

/**
 * Does some work while holding a lock file, so that two runs started together install once. A lock whose process is gone
 * (killed, power cut) is taken over.
 * @template Result
 * @param {string} file
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function withLock(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  for (let waiting = false; !tryToLock(file); waiting = true) {
    if (isLeftOver(file)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!waiting) say(`Another run is installing (${file}); waiting for it.`);
    await sleep(POLL);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param {string} file */
function tryToLock(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** @param {string} file */
function isLeftOver(file) {
  try {
    const holder = Number.parseInt(readFileSync(file, "utf8"), 10);
    if (Number.isNaN(holder)) return Date.now() - statSync(file).mtimeMs > WRITING;
    process.kill(holder, 0);
    return false;
  } catch (error) {
    // ESRCH: no such process. EPERM: there is one, somebody else's. ENOENT: the lock was released just now.
    return codeOf(error) === "ESRCH";
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
