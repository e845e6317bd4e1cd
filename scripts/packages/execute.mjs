import { spawnSync } from "node:child_process";
import process from "node:process";
import { spawnable } from "../toolchain/platform.mjs";

/**
 * Runs a program.
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 * @returns {string[]} Nothing if it succeeded, else one problem: what it printed.
 */
export function execute(command, args, cwd) {
  const { status, output } = capture(command, args, cwd);
  return status === 0 ? [] : [`${command} ${args.join(" ")} exited with ${status}:\n${output}`];
}

/**
 * Runs a program and keeps what it prints.
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 */
export function capture(command, args, cwd) {
  const { file, args: spawnArgs, shell } = spawnable(command, args);
  const env = { ...process.env, FORCE_COLOR: "0" };
  const { status, stdout, stderr, error } = spawnSync(file, spawnArgs, {
    cwd,
    env,
    shell,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { status, stdout: stdout ?? "", output: error === undefined ? `${stdout}${stderr}`.trim() : error.message };
}
