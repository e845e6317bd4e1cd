import { globSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execute } from "./execute.mjs";

/**
 * Installs one tarball with npm into an empty folder and looks at what came with it.
 * @param {import("./pack.mjs").Tarball} tarball
 * @param {string[]} expected Names of the packages that may come with it.
 * @param {string} folder
 * @returns {string[]} What is wrong.
 */
export function checkAlone({ name, file, packedSize }, expected, folder) {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const failed = execute("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", file], folder);
  if (failed.length > 0) return failed;
  const installed = globSync(["node_modules/*/package.json", "node_modules/@*/*/package.json"], { cwd: folder })
    .map((manifest) => dirname(manifest).replaceAll("\\", "/").replace("node_modules/", ""))
    .sort();
  const size = globSync("node_modules/**", { cwd: folder }).reduce((sum, path) => sum + sizeOf(join(folder, path)), 0);
  console.log(
    `     ${name}: ${kilobytes(packedSize)} packed; ${kilobytes(size)} installed, with ${expected.join(" and ")}`,
  );
  const wanted = [name, ...expected].sort();
  return installed.join() === wanted.join()
    ? []
    : [`Installed were ${installed.join(", ")}; expected ${wanted.join(", ")}.`];
}

/** @param {string} path */
function sizeOf(path) {
  const entry = statSync(path);
  return entry.isFile() ? entry.size : 0;
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${Math.round(bytes / 1000)} kB`;
}
