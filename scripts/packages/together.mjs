import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execute } from "./execute.mjs";

/** What a user does first: it loads every part that is not a plain import (workers, WebAssembly, native code, data files). */
const FIRST_STEPS = [
  "gem list",
  "gem run game:GuessTheNumber-v0-easy --policy oracle",
  "gem pretrain --quick --steps 2 --batch 4 --episodes 2 --out model",
  "gem train game:GuessTheNumber-v0-easy --model ./model --iterations 1 --episodes-per-iteration 4 --episodes 4 --run run",
];

/**
 * Installs all tarballs into one folder outside of the workspace, imports every entry and takes a user's first steps.
 * @param {import("./pack.mjs").Tarball[]} tarballs
 * @param {string} folder
 * @returns {string[]} What is wrong.
 */
export function checkTogether(tarballs, folder) {
  const files = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", dependencies: files }));
  // The versions are not on the registry: those that the packages ask of one another are to be these tarballs as well.
  const settings = {
    overrides: files,
    allowBuilds: { "onnxruntime-node": false, protobufjs: false },
    pmOnFail: "ignore",
  };
  writeFileSync(join(folder, "pnpm-workspace.yaml"), JSON.stringify(settings));
  const failed = execute("pnpm", ["install", "--prefer-offline", "--no-frozen-lockfile"], folder);
  if (failed.length > 0) return failed;

  const entries = tarballs.flatMap(({ name, manifest }) =>
    Object.keys(manifest.exports)
      .filter((path) => !path.endsWith(".json"))
      .map((path) => name + path.slice(1)),
  );
  writeFileSync(join(folder, "import-all.js"), entries.map((entry) => `import ${JSON.stringify(entry)};\n`).join(""));
  return [
    ...execute("node", ["import-all.js"], folder),
    ...FIRST_STEPS.flatMap((step) => execute("pnpm", ["exec", ...step.split(" ")], folder)),
  ];
}
