import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fetchPackages } from "./fetch.mjs";
import { withLock } from "./lock.mjs";
import { nodeBinary, nodePackage, pnpmBinary, spawnable } from "./platform.mjs";
import { isStamped, stamp } from "./stamp.mjs";

const NODE_MAJOR = 24;

/**
 * What a command needs to run with Node 24 and pnpm 12.
 * @typedef {{ directories: string[], env: NodeJS.ProcessEnv }} Toolchain
 */

/**
 * Finds Node 24 and pnpm 12 on the machine, or fetches what is missing into `.toolchain/`.
 * @param {string} root The project's folder.
 * @returns {Promise<Toolchain>}
 */
export async function ensureToolchain(root) {
  const folder = join(root, ".toolchain");
  const modules = join(folder, "node_modules");
  const stampFile = join(folder, "stamp");

  const node = hasNode() ? undefined : nodePackageHere();
  const pnpm = readPnpmSpec(root);
  const specs = [pnpm, ...(node === undefined ? [] : [`${node.name}@${node.version}`])];
  const wanted = specs.join("\n");

  const isComplete = () => isStamped(stampFile, wanted) && existsSync(modules);
  if (!isComplete()) {
    if (node === undefined && hasPnpm(pnpm)) return { directories: [], env: {} };
    await withLock(join(folder, "lock"), async () => {
      if (isComplete()) return;
      await fetchPackages(folder, specs, (fetched) => [
        pnpmBinary(fetched),
        ...(node === undefined ? [] : [nodeBinary(fetched, node.name)]),
      ]);
      stamp(stampFile, wanted);
    });
  }

  const directories = [dirname(pnpmBinary(modules))];
  if (node === undefined) return { directories, env: {} };
  const binary = nodeBinary(modules, node.name);
  // npm tells its children where *its* Node is; they are to use this one.
  return { directories: [dirname(binary), ...directories], env: { NODE: binary, npm_node_execpath: binary } };
}

function hasNode() {
  return Number.parseInt(process.versions.node, 10) >= NODE_MAJOR;
}

function nodePackageHere() {
  const found = nodePackage();
  if (found !== undefined) return found;
  throw new Error(
    `No npm package holds Node ${NODE_MAJOR} for ${process.platform}-${process.arch}. Install it from https://nodejs.org, then run the same command again.`,
  );
}

/**
 * The version of pnpm that this project asks for, as `pnpm@12.21.0`.
 * @param {string} root
 */
function readPnpmSpec(root) {
  return /** @type {string} */ (JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager);
}

/**
 * Whether a pnpm of the same major version is on the PATH. Asked from outside the project, where pnpm and corepack do not
 * try to become the version that the project names.
 * @param {string} spec
 */
function hasPnpm(spec) {
  const { file, args, shell } = spawnable("pnpm", ["--version"]);
  const env = { ...process.env, COREPACK_ENABLE_NETWORK: "0" };
  const { stdout } = spawnSync(file, args, {
    cwd: tmpdir(),
    env,
    shell,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return Number.parseInt(stdout ?? "", 10) === Number.parseInt(spec.replace("pnpm@", ""), 10);
}
