import { createTinyModel, createTokenizer } from "@gem-ts/model-tiny";
import { execa } from "execa";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** What a test looks at. */
export interface GemResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
}

/** Where a command runs. */
export interface GemOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

/** The command at work. */
export interface GemProcess {
  kill(signal: NodeJS.Signals): void;
  /** When it has ended. */
  readonly result: Promise<GemResult>;
}

/** Starts the real command in a process of its own. */
export function startGem(args: readonly string[], options: GemOptions = {}): GemProcess {
  return start(process.execPath, [MAIN, ...args], options);
}

/** Runs the real command to its end. */
export function gem(...args: readonly string[]): Promise<GemResult> {
  return startGem(args).result;
}

/** Runs a line of shell in which `$GEM` is the command. */
export function shell(line: string): Promise<GemResult> {
  return start("sh", ["-c", line.replaceAll("$GEM", `'${process.execPath}' '${MAIN}'`)]).result;
}

function start(
  file: string,
  args: readonly string[],
  { env = {}, folder = process.cwd() }: GemOptions = {},
): GemProcess {
  const child = execa(file, args, {
    reject: false,
    stdin: "ignore",
    cwd: folder,
    env: { NO_COLOR: "1", GEM_DEBUG: "", ...env },
  });
  return {
    kill: (signal) => void child.kill(signal),
    result: child.then(({ stdout, stderr, exitCode }) => ({ stdout, stderr, exitCode })),
  };
}

/** Saves a model with random weights, small enough to start at once. */
export async function saveSmallModel(folder: string): Promise<void> {
  await using model = await createTinyModel({
    architecture: { layers: 1, width: 32, heads: 2, context: 128 },
    tokenizer: createTokenizer(["\\boxed{", "guess", " turns", "higher", "lower"]),
    seed: 1,
  });
  await model.save(folder, { optimizer: false });
}

/** The lines of a run's metrics without what the clock says; none while there is no file. */
export async function metricsOf(run: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(run, "metrics.jsonl"), "utf8").catch(() => "");
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const { time: _time, ...rest } = JSON.parse(line) as Record<string, unknown>;
      return rest;
    });
}

/** Waits until a run has logged so many iterations. */
export async function untilIteration(run: string, iteration: number): Promise<void> {
  for (let waited = 0; (await metricsOf(run)).length < iteration; waited += 20) {
    if (waited > 60_000) throw new Error(`${run} never came to iteration ${iteration}`);
    await setTimeout(20);
  }
}
