import {
  BASE_MODEL,
  commandLine,
  continueTraining,
  defaultStyle,
  examples,
  EXIT,
  invocation,
  listenForInterrupt,
  loadPacks,
  openOutput,
  quiet,
  quoteArgument,
  seedNumber,
  type SessionResult,
  startTraining,
} from "@gem-ts/cli";
import type { Seed } from "@gem-ts/core";
import { Command, Option } from "commander";
import { presets } from "./presets.ts";
import { knownReferences } from "./references.ts";

interface DemoOptions {
  readonly env: string;
  readonly algorithm: string;
  readonly seed: Seed;
  readonly model: string;
  readonly quick?: true;
  readonly headless?: true;
  readonly json?: true;
  readonly run?: string;
  readonly resume?: string;
  readonly report?: string;
  readonly preset?: keyof typeof presets;
}

/** The demonstration as a command. */
export function createDemo(): Command {
  return quiet(new Command("demo"))
    .description("A tiny language model learns a game by reinforcement learning, on this machine, in a few minutes.")
    .helpOption("-h, --help", "print help")
    .option("-s, --seed <number>", "of everything random in the run", seedNumber, 0)
    .option("-e, --env <id>", "what to learn; gem list shows them all", "game:GuessTheNumber-v0-hard")
    .option("-a, --algorithm <name>", "how to learn, such as rebn or reinforce", "rebn")
    .option("-m, --model <folder>", "what to start from: base, a checkpoint folder or a run folder", BASE_MODEL)
    .option("--quick", "under a minute; the rise is small")
    .option("--headless", "plain lines without colours, also on a terminal")
    .option("--json", "end with one JSON line on standard output, everything else on standard error")
    .option("-r, --run <folder>", "where the run goes (default: a new folder under runs)")
    .option("--resume <folder>", "go on with a run that was stopped or killed")
    .option("--report <file>", "where the HTML report goes (default: report.html in the run)")
    .option("--verbose", "show where an error happened")
    .addOption(new Option("--preset <name>").choices(Object.keys(presets)).hideHelp())
    .allowExcessArguments(false)
    .addHelpText(
      "after",
      examples([
        "npm run demo",
        "npm run demo -- --quick --seed 1",
        "npm run demo -- --env game:Mastermind-v0-easy --algorithm reinforce",
        "npm run demo -- --headless --json",
      ]),
    )
    .action(async (options: DemoOptions) => demonstrate(options));
}

async function demonstrate(options: DemoOptions): Promise<void> {
  const { env, algorithm, seed, model, resume } = options;
  const { episodes, budgetSeconds, ...config } = presets[options.preset ?? (options.quick === true ? "quick" : "full")];
  const { terminal, json } = openOutput({ json: options.json, interactive: options.headless !== true });
  const interrupt = listenForInterrupt(() =>
    terminal.line(terminal.style("yellow", "Stopping where the run can be resumed; Ctrl-C again stops at once.")),
  );
  try {
    const packs = await loadPacks();
    const parts = {
      terminal,
      packs,
      signal: interrupt.signal,
      references: knownReferences,
      budgetSeconds,
      resumeCommand: (folder: string) => `${invocation()} --resume ${quoteArgument(folder)}`,
      ...(options.report === undefined ? {} : { report: options.report }),
    };
    let result: SessionResult | undefined;
    if (resume === undefined) {
      result = await startTraining({
        ...parts,
        env,
        algorithm,
        seed,
        model,
        style: defaultStyle(env, packs, "model"),
        settings: {},
        modules: [],
        episodes,
        command: commandLine(),
        ...(options.run === undefined ? {} : { folder: options.run }),
        config,
      });
    } else {
      result = await continueTraining({ ...parts, folder: resume });
    }
    if (result === undefined) process.exitCode = EXIT.interrupted;
    else json(result);
  } finally {
    interrupt[Symbol.dispose]();
  }
}
