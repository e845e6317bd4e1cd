// Checks the public packages as npm users get them: packs each to a tarball, and asks of the tarballs what can only be
// asked there. Needs a network (the npm registry) for the last check.
//
//   node scripts/check-packages.mjs
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { checkAlone } from "./packages/alone.mjs";
import { checkTogether } from "./packages/together.mjs";
import { checkContents } from "./packages/contents.mjs";
import { execute } from "./packages/execute.mjs";
import { pack } from "./packages/pack.mjs";
import { findPublicPackages } from "./packages/public-packages.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), "gem-packages-"));
/** @type {string[]} */
const problems = [];

/**
 * @param {string} name
 * @param {() => string[] | Promise<string[]>} check Returns what is wrong.
 */
async function check(name, check) {
  const start = performance.now();
  const found = await check();
  console.log(`${found.length === 0 ? "ok  " : "FAIL"} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  for (const problem of found) console.log(problem.replace(/^/gm, "     "));
  problems.push(...found);
}

try {
  const packages = findPublicPackages(root);
  // What an earlier build left behind and this one does not make must not be packed.
  for (const one of packages) rmSync(join(one.folder, "dist"), { recursive: true, force: true });
  await check("build", () => execute("turbo", ["run", "build", "--output-logs=errors-only"], root));
  const tarballs = packages.map((one) => pack(one, folder));
  for (const tarball of tarballs) {
    await check(`${tarball.name}: contents`, () => checkContents(tarball));
    await check(`${tarball.name}: publint`, () => execute("publint", ["run", "--strict", tarball.file], root));
    await check(`${tarball.name}: attw`, () => execute("attw", ["--profile", "esm-only", tarball.file], root));
  }
  await check("all together: every entry can be imported, gem plays and trains", () =>
    checkTogether(tarballs, makeFolder("together")),
  );
  const core = tarballs.find((tarball) => tarball.name === "@gem-ts/core");
  if (core !== undefined) {
    await check("@gem-ts/core alone brings zod and pure-rand, nothing else", () =>
      checkAlone(core, ["pure-rand", "zod"], makeFolder("alone")),
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = problems.length === 0 ? 0 : 1;

/** @param {string} name */
function makeFolder(name) {
  const made = join(folder, name);
  mkdirSync(made);
  return made;
}
