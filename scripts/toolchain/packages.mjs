import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { installFailure } from "./install-failure.mjs";
import { withLock } from "./lock.mjs";
import { run } from "./run.mjs";
import { sayWhile } from "./say.mjs";
import { isStamped, stamp } from "./stamp.mjs";

/**
 * Installs the workspace's packages if what they are made from changed since the last time.
 * @param {string} root The project's folder.
 * @param {NodeJS.ProcessEnv} env With pnpm on its `PATH`.
 */
export async function ensurePackages(root, env) {
  const manifests = findManifests(root);
  const wanted = fingerprint(root, manifests);
  // Inside node_modules, so that deleting that folder deletes the stamp.
  const stampFile = join(root, "node_modules", ".gem-installed");
  const isComplete = () => isStamped(stampFile, wanted) && manifests.every((manifest) => hasItsModules(root, manifest));
  if (isComplete()) return;
  await withLock(join(root, ".toolchain", "lock"), async () => {
    if (isComplete()) return;
    await sayWhile("Installing the packages of the workspace with pnpm.", async () => {
      const args = ["install", "--frozen-lockfile", "--reporter=append-only"];
      const { code, output } = await run("pnpm", args, { cwd: root, env });
      if (code !== 0) throw new Error(installFailure("Installing the packages", output));
    });
    stamp(stampFile, wanted);
  });
}

/**
 * The package.json files of the workspace: the root's, and those one or two folders down.
 * @param {string} root
 * @returns {string[]} Paths from the root.
 */
export function findManifests(root) {
  const found = ["package.json"];
  for (const top of folders(root)) {
    found.push(join(top, "package.json"));
    for (const sub of folders(join(root, top))) found.push(join(top, sub, "package.json"));
  }
  return found.filter((manifest) => existsSync(join(root, manifest))).sort();
}

/** @param {string} folder */
function folders(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith("."))
    .map((entry) => entry.name);
}

/**
 * One hash over everything that decides what pnpm installs.
 * @param {string} root
 * @param {string[]} manifests
 */
export function fingerprint(root, manifests) {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}`);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests])
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/**
 * @param {string} root
 * @param {string} manifest
 */
function hasItsModules(root, manifest) {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, manifest), "utf8"));
  return (dependencies ?? devDependencies) === undefined || existsSync(join(root, dirname(manifest), "node_modules"));
}
