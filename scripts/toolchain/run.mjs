import { spawn } from "node:child_process";
import process from "node:process";
import { spawnable } from "./platform.mjs";

/**
 * How a command ended, and what it printed where its output was piped.
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null, output: string }} Ending
 */

/** Milliseconds between two looks at whether npm is still there. */
const ORPHAN_POLL = 500;

/**
 * Runs a command to its end and hands on the signals that reach us meanwhile.
 *
 * A terminal gives Ctrl-C to every process in its foreground, the command included; handing it on as well would deliver it
 * twice, and a second Ctrl-C usually means "at once". So SIGINT is handed on only where no terminal is attached.
 *
 * npm starts us through a shell, and ends that shell when it is told to end. The shell takes nobody with it, so we look
 * whether it is still there: the command must not live on behind the back of whoever stopped npm.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env: NodeJS.ProcessEnv, cwd?: string, stdio?: "inherit" | "pipe" }} options
 * @returns {Promise<Ending>}
 */
export function run(command, args, { env, cwd, stdio = "pipe" }) {
  const { file, args: spawnArgs, shell } = spawnable(command, args);
  const child = spawn(file, spawnArgs, {
    env,
    cwd,
    shell,
    stdio: stdio === "pipe" ? ["ignore", "pipe", "pipe"] : stdio,
  });
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text) => (output += text));
  child.stderr?.setEncoding("utf8").on("data", (text) => (output += text));

  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  let told = false;
  const handOn = (/** @type {NodeJS.Signals} */ signal) => {
    told = true;
    if (signal !== "SIGINT" || !(terminal || process.platform === "win32")) child.kill(signal);
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, handOn);
  const parent = process.ppid;
  const watch = setInterval(() => {
    const orphaned = process.env["npm_lifecycle_event"] !== undefined && process.ppid !== parent;
    if (orphaned && !told) handOn("SIGTERM");
  }, ORPHAN_POLL);

  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, output }));
  }).finally(() => {
    clearInterval(watch);
    for (const signal of signals) process.off(signal, handOn);
  });
}

/**
 * Ends this process as another one ended: same exit code, or same signal.
 * @param {Ending} ending
 */
export function exitLike({ code, signal }) {
  if (signal !== null) process.kill(process.pid, signal);
  process.exitCode = code ?? 1;
}
