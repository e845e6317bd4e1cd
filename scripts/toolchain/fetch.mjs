import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import process from "node:process";
import { installFailure } from "./install-failure.mjs";
import { run } from "./run.mjs";
import { sayWhile } from "./say.mjs";

const UNFINISHED = "unfinished-";

/**
 * Installs npm packages into `<folder>/node_modules`, in place of what was there. They appear at once and whole: an
 * install that is killed leaves nothing but a folder that the next one removes.
 * @param {string} folder
 * @param {string[]} specs Such as `pnpm@12.21.0`.
 * @param {(modules: string) => string[]} programs Programs that must run for the install to be good, in a `node_modules` folder.
 */
export async function fetchPackages(folder, specs, programs) {
  const unfinished = join(folder, `${UNFINISHED}${process.pid}`);
  removeUnfinished(folder);
  mkdirSync(unfinished, { recursive: true });
  // pnpm's install script puts its native binary in place; npm 12 runs none that is not allowed by name.
  writeFileSync(join(unfinished, "package.json"), JSON.stringify({ private: true, allowScripts: { pnpm: true } }));
  const sentence = `Fetching ${specs.join(" and ")} from npm into .toolchain/ (only the first time, about 250 MB on disk).`;
  await sayWhile(sentence, () => install(unfinished, specs));
  for (const program of programs(join(unfinished, "node_modules"))) {
    if (spawnSync(program, ["--version"], { cwd: tmpdir() }).status !== 0) {
      throw new Error(
        `The ${basename(program)} from npm does not run on this system. Install it by hand, then run the same command again.`,
      );
    }
  }
  rmSync(join(folder, "node_modules"), { recursive: true, force: true });
  renameSync(join(unfinished, "node_modules"), join(folder, "node_modules"));
  removeUnfinished(folder);
}

/**
 * @param {string} folder
 * @param {string[]} specs
 */
async function install(folder, specs) {
  const npm = npmCommand();
  const quiet = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--fetch-retries=1"];
  const args = [...npm.args, "install", "--prefix", folder, "--ignore-scripts=false", ...quiet, ...specs];
  const { code, output } = await run(npm.command, args, { cwd: folder, env: process.env });
  if (code !== 0) throw new Error(installFailure("Fetching Node and pnpm", output));
}

/** npm as the one that started us, else the one on the PATH. */
function npmCommand() {
  const cli = process.env["npm_execpath"];
  return cli !== undefined && basename(cli) === "npm-cli.js"
    ? { command: process.execPath, args: [cli] }
    : { command: "npm", args: [] };
}

/** @param {string} folder */
function removeUnfinished(folder) {
  for (const name of readdirSync(folder)) {
    // An npm whose parent was killed may still write there for a moment.
    if (name.startsWith(UNFINISHED))
      rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
