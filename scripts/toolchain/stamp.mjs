import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Whether a stamp file says exactly this.
 * @param {string} file
 * @param {string} text
 */
export function isStamped(file, text) {
  try {
    return readFileSync(file, "utf8") === text;
  } catch {
    return false;
  }
}

/**
 * Notes that a piece of work is done, for the next run.
 * @param {string} file
 * @param {string} text
 */
export function stamp(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
