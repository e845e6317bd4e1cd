import { type Seed } from "@gem-ts/core";
import type { Command } from "commander";
import { defaultStyle, type Environment, openEnvironment } from "../environment/open-environment.ts";
import { evaluatePolicy } from "../evaluation/evaluate-player.ts";
import type { Scores } from "../evaluation/scores.ts";
import { renderScores } from "../evaluation/scores-table.ts";
import { EXIT } from "../exit-code.ts";
import { formatCount, formatDecimal } from "../format/number.ts";
import { listenForInterrupt } from "../interrupt.ts";
import { loadPacks } from "../load-packs.ts";
import { DEFAULT_WORKERS } from "../model/open-model.ts";
import { isModel, openPlayer, requireSupport } from "../model/open-player.ts";
import { collectText } from "../options/list.ts";
import { decimalNumber, seedNumber, wholeNumber } from "../options/number.ts";
import { type Output, openOutput } from "../output.ts";
import { type EnvironmentOptions, examples, settingOption, styleOption } from "./common.ts";

interface EvalOptions extends EnvironmentOptions {
  readonly policy?: readonly string[];
  readonly model?: readonly string[];
  readonly episodes: number;
  readonly seed: Seed;
  readonly temperature: number;
  readonly workers: number;
}

/** One line of the table, and of `--json`. */
interface EvalRow {
  readonly policy: string;
  /** 0 is greedy; absent for policies that draw no tokens. */
  readonly temperature?: number;
  readonly scores: Scores;
}

/** Adds `gem eval`. */
export function addEvalCommand(program: Command): void {
  program
    .command("eval")
    .summary("score policies on held-out episodes")
    .description("Plays held-out episodes, the same ones for every policy, and prints means with standard errors.")
    .argument("<id>", "environment, such as game:GuessTheNumber-v0-hard")
    .option(
      "-p, --policy <name>",
      "random, informed, oracle, model, or a folder; repeatable (default: model)",
      collectText,
    )
    .option("-m, --model <folder>", "a checkpoint or run folder, or base; repeatable", collectText)
    .option("-n, --episodes <number>", "how many", wholeNumber({ min: 1 }), 500)
    .option("-s, --seed <number>", "chooses the held-out episodes", seedNumber, 0)
    .option(
      "-t, --temperature <number>",
      "of the sampled scores; models are scored greedily as well",
      decimalNumber({ min: 0 }),
      1,
    )
    .option("-w, --workers <number>", "worker threads of a model", wholeNumber({ min: 0, max: 64 }), DEFAULT_WORKERS)
    .addOption(settingOption())
    .addOption(styleOption())
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      examples([
        "gem eval game:GuessTheNumber-v0-hard",
        "gem eval game:GuessTheNumber-v0-hard --policy random --policy informed --policy model",
        "gem eval game:GuessTheNumber-v0-hard --model runs/GuessTheNumber-v0-hard-rebn-seed0 --episodes 2000",
      ]),
    )
    .action(async (id: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<EvalOptions>();
      const interrupt = listenForInterrupt();
      try {
        await evaluateAll(id, options, openOutput(options), interrupt.signal);
      } finally {
        interrupt[Symbol.dispose]();
      }
    });
}

async function evaluateAll(
  id: string,
  options: EvalOptions,
  { terminal, json }: Output,
  signal: AbortSignal,
): Promise<void> {
  const packs = await loadPacks({ modules: options.pack ?? [] });
  const asked = [...(options.policy ?? []), ...(options.model ?? [])];
  const sources = asked.length === 0 ? ["model"] : asked;
  // One style for all of a table: prompts must not be what makes the difference.
  const style = options.style ?? defaultStyle(id, packs, sources.some(isModel) ? "model" : "baseline");
  const environment = openEnvironment({
    id,
    packs,
    style,
    ...(options.set === undefined ? {} : { settings: options.set }),
  });
  for (const source of sources) requireSupport(source, environment);
  const rows: EvalRow[] = [];
  for (const source of sources) {
    const scored = await evaluateOne(source, environment, options, signal, (text) => terminal.status(text));
    terminal.status(undefined);
    if (scored === undefined) {
      terminal.line("Stopped; nothing was scored to the end.");
      process.exitCode = EXIT.interrupted;
      return;
    }
    rows.push(...scored);
  }
  const failed = rows.reduce((total, { scores }) => total + scores.failed, 0);
  if (failed > 0) process.exitCode = EXIT.failure;
  if (options.json === true) {
    json({ env: id, style, episodes: options.episodes, seed: options.seed, rows });
    return;
  }
  terminal.line(
    `${terminal.style("bold", id)}  ${terminal.style("dim", `${formatCount(options.episodes)} held-out episodes, seed ${options.seed}, ${style} prompts`)}`,
  );
  terminal.line();
  for (const line of renderScores(
    terminal,
    rows.map((row) => ({ name: nameOf(row), scores: row.scores })),
  ))
    terminal.line(line);
  if (failed > 0) {
    terminal.line();
    terminal.line(terminal.style("yellow", `${formatCount(failed)} episodes failed and are left out.`));
  }
}

async function evaluateOne(
  source: string,
  environment: Environment,
  options: EvalOptions,
  signal: AbortSignal,
  status: (text: string) => void,
): Promise<EvalRow[] | undefined> {
  await using player = await openPlayer(source, { workers: options.workers });
  const temperatures = player.model === undefined ? [undefined] : [...new Set([options.temperature, 0])];
  const rows: EvalRow[] = [];
  for (const temperature of temperatures) {
    const played = await evaluatePolicy({
      environment,
      policy: player.policy(temperature === undefined ? {} : { temperature }),
      episodes: options.episodes,
      seed: options.seed,
      signal,
      onProgress: (done, total) => status(`${source}: ${done} of ${total} episodes`),
    });
    if (played === undefined) return undefined;
    rows.push({ policy: source, ...(temperature === undefined ? {} : { temperature }), scores: played.scores });
  }
  return rows;
}

function nameOf({ policy, temperature }: EvalRow): string {
  if (temperature === undefined) return policy;
  return temperature === 0
    ? `${policy}, greedy`
    : `${policy}, sampled${temperature === 1 ? "" : ` at ${formatDecimal(temperature, 2)}`}`;
}
