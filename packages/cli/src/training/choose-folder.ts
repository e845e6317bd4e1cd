import { existsSync } from "node:fs";
import { join } from "node:path";

/** A folder for a new run that is not taken: `runs/GuessTheNumber-v0-hard-rebn-seed1`, with `-2` and so on where it is. */
export function chooseFolder(env: string, algorithm: string, seed: number, root = "runs"): string {
  const name = `${env.slice(env.indexOf(":") + 1).replace(/[^\w.-]+/g, "-")}-${algorithm}-seed${seed}`;
  for (let copy = 1; ; copy++) {
    const folder = join(root, copy === 1 ? name : `${name}-${copy}`);
    if (!existsSync(folder)) return folder;
  }
}
