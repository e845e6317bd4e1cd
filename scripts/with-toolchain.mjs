#!/usr/bin/env node
// Runs a command with Node 24, pnpm 12 and the workspace's packages in reach, fetching what is missing first:
//
//   node scripts/with-toolchain.mjs vitest run
//
// It needs Node 20 and npm, nothing else. Whatever it fetches goes to .toolchain/ and node_modules/; everything it has to
// say goes to stderr, so that the stdout of the command stays its own.
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { ensurePackages } from "./toolchain/packages.mjs";
import { withPath } from "./toolchain/platform.mjs";
import { exitLike, run } from "./toolchain/run.mjs";
import { say } from "./toolchain/say.mjs";
import { ensureToolchain } from "./toolchain/toolchain.mjs";

const OLDEST_NODE = 20;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [command, ...args] = process.argv.slice(2);

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  say(
    `Node ${process.versions.node} is too old to start. Install Node 24 (or at least ${OLDEST_NODE}) from https://nodejs.org and try again.`,
  );
  process.exit(1);
}
if (command === undefined) {
  say("Usage: node scripts/with-toolchain.mjs COMMAND [ARGUMENT...]");
  process.exit(2);
}

try {
  const toolchain = await ensureToolchain(root);
  const env = withPath({ ...process.env, ...toolchain.env }, [
    ...toolchain.directories,
    join(root, "node_modules", ".bin"),
  ]);
  // `pnpm install` must work while the lockfile is out of date: it is what brings it up to date.
  if (command !== "pnpm") await ensurePackages(root, env);
  exitLike(await run(command, args, { env, stdio: "inherit" }));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
