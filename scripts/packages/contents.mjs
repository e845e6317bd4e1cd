import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A reference to a TypeScript file in built code: tsc rewrites imports, not the URLs that workers and data are loaded by. */
const TYPESCRIPT_URL = /new URL\(\s*["'`][^"'`]+\.ts["'`]/;

/**
 * What a tarball must and must not hold.
 * @param {import("./pack.mjs").Tarball} tarball
 * @returns {string[]} What is wrong.
 */
export function checkContents({ unpacked, manifest }) {
  const missing = ["LICENSE", "README.md", ...targets(manifest)]
    .filter((file) => globSync(file, { cwd: unpacked }).length === 0 && !existsSync(join(unpacked, file)))
    .map((file) => `${file} is missing from the tarball.`);
  const unresolved = Object.entries({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  })
    .filter(([, range]) => /^(workspace|catalog|file|link):/.test(range))
    .map(([name, range]) => `The range of ${name} is ${range}, which npm does not know.`);
  const urls = globSync("dist/**/*.js", { cwd: unpacked })
    .filter((file) => TYPESCRIPT_URL.test(readFileSync(join(unpacked, file), "utf8")))
    .map((file) => `${file} loads a .ts file by URL; it is .js after the build.`);
  const tests = globSync("{dist,src}/**/*.test{,-d}.*", { cwd: unpacked }).map((file) => `${file} is a test.`);
  return [...missing, ...unresolved, ...urls, ...tests];
}

/**
 * Every file that `exports` and `bin` name.
 * @param {{ exports?: unknown, bin?: unknown }} manifest
 * @returns {string[]}
 */
function targets({ exports, bin }) {
  return [...strings(exports), ...strings(bin)];
}

/**
 * @param {unknown} value
 * @returns {string[]}
 */
function strings(value) {
  if (typeof value === "string") return [value.replace(/^\.\//, "")];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}
