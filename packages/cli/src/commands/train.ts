import { GemError, type Seed } from "@gem-ts/core";
import type { Command } from "commander";
import { resolve } from "node:path";
import { defaultStyle } from "../environment/open-environment.ts";
import { EXIT } from "../exit-code.ts";
import { listenForInterrupt } from "../interrupt.ts";
import { commandLine, invocation, quoteArgument } from "../invocation.ts";
import { loadPacks } from "../load-packs.ts";
import { BASE_MODEL } from "../model/open-model.ts";
import { decimalNumber, seedNumber, wholeNumber } from "../options/number.ts";
import { openOutput } from "../output.ts";
import { continueTraining } from "../training/continue-training.ts";
import type { SessionResult } from "../training/session.ts";
import { startTraining } from "../training/start-training.ts";
import { type EnvironmentOptions, examples, settingOption, styleOption } from "./common.ts";

interface TrainCommandOptions extends EnvironmentOptions {
  readonly algorithm: string;
  readonly iterations?: number;
  readonly learningRate?: number;
  readonly gamma?: number;
  readonly episodesPerIteration?: number;
  readonly seed: Seed;
  readonly model: string;
  readonly run?: string;
  readonly resume?: string;
  readonly workers?: number;
  readonly evaluateEvery?: number;
  readonly checkpointEvery?: number;
  readonly episodes: number;
  readonly report?: string;
}

/** Adds `gem train`. */
export function addTrainCommand(program: Command): void {
  program
    .command("train")
    .summary("train a tiny model on an environment")
    .description(
      "Trains a tiny model, scores it before and after on held-out episodes, and writes a report. Ctrl-C leaves a run that can be resumed.",
    )
    .argument("[id]", "environment, such as game:GuessTheNumber-v0-hard; not needed with --resume")
    .option("-a, --algorithm <name>", "how to learn, such as rebn or reinforce", "rebn")
    .option("-i, --iterations <number>", "updates of the policy (default: 300)", wholeNumber({ min: 1 }))
    .option("-l, --learning-rate <number>", "of Adam (default: 3e-4)", decimalNumber({ min: 1e-12 }))
    .option("-g, --gamma <number>", "discount per turn (default: 0.9)", decimalNumber({ min: 0, max: 1 }))
    .option("-e, --episodes-per-iteration <number>", "size of each batch (default: 64)", wholeNumber({ min: 1 }))
    .option("-s, --seed <number>", "of everything random in the run", seedNumber, 0)
    .option("-m, --model <folder>", "what to start from: base, a checkpoint folder or a run folder", BASE_MODEL)
    .option("-r, --run <folder>", "where the run goes (default: a new folder under runs)")
    .option("--resume <folder>", "go on with a run that was stopped or killed")
    .option("-w, --workers <number>", "worker threads of the model (default: 2)", wholeNumber({ min: 0, max: 64 }))
    .option("-n, --episodes <number>", "held-out episodes before and after", wholeNumber({ min: 1 }), 500)
    .option(
      "--evaluate-every <number>",
      "iterations between evaluations during training, 0 for none (default: 20)",
      wholeNumber({ min: 0 }),
    )
    .option("--checkpoint-every <number>", "iterations between checkpoints (default: 20)", wholeNumber({ min: 1 }))
    .option("--report <file>", "where the HTML report goes (default: report.html in the run)")
    .addOption(settingOption())
    .addOption(styleOption())
    .option("--json", "print the result as one JSON line on standard output, everything else on standard error")
    .addHelpText(
      "after",
      examples([
        "gem train game:GuessTheNumber-v0-hard --iterations 100",
        "gem train game:TowerofHanoi-v0-easy --learning-rate 1e-3 --gamma 0.9 --seed 3",
        "gem train --resume runs/GuessTheNumber-v0-hard-rebn-seed0",
        "gem train --resume runs/GuessTheNumber-v0-hard-rebn-seed0 --iterations 200",
      ]),
    )
    .action(async (id: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<TrainCommandOptions>();
      refuseContradictions(id, options, command);
      const { terminal, json } = openOutput(options);
      const interrupt = listenForInterrupt(() =>
        terminal.line(terminal.style("yellow", "Stopping where the run can be resumed; Ctrl-C again stops at once.")),
      );
      try {
        const packs = await loadPacks({ modules: options.pack ?? [] });
        const parts = {
          terminal,
          packs,
          signal: interrupt.signal,
          resumeCommand: (folder: string) => `${invocation()} train --resume ${quoteArgument(folder)}`,
          ...(options.workers === undefined ? {} : { workers: options.workers }),
          ...(options.report === undefined ? {} : { report: options.report }),
        };
        let result: SessionResult | undefined;
        if (options.resume !== undefined) {
          result = await continueTraining({
            ...parts,
            folder: options.resume,
            ...(options.iterations === undefined ? {} : { iterations: options.iterations }),
          });
        } else {
          const env = id!;
          result = await startTraining({
            ...parts,
            env,
            algorithm: options.algorithm,
            seed: options.seed,
            model: options.model,
            style: options.style ?? defaultStyle(env, packs, "model"),
            settings: options.set ?? {},
            // The run may be resumed from another folder.
            modules: (options.pack ?? []).map((module) => (module.startsWith(".") ? resolve(module) : module)),
            episodes: options.episodes,
            command: commandLine(),
            ...(options.run === undefined ? {} : { folder: options.run }),
            config: {
              iterations: options.iterations,
              learningRate: options.learningRate,
              gamma: options.gamma,
              episodesPerIteration: options.episodesPerIteration,
              evaluateEvery: options.evaluateEvery,
              checkpointEvery: options.checkpointEvery,
            },
          });
        }
        if (result === undefined) process.exitCode = EXIT.interrupted;
        else json(result);
      } finally {
        interrupt[Symbol.dispose]();
      }
    });
}

/** A resumed run keeps its settings; saying them again would be ignored, so it is refused. */
function refuseContradictions(id: string | undefined, options: TrainCommandOptions, command: Command): void {
  if (options.resume === undefined) {
    if (id === undefined)
      throw new GemError("bad-option", "which environment?", {
        hint: "Name one (gem list shows them all), or resume a run with --resume <folder>.",
      });
    return;
  }
  if (id !== undefined)
    throw new GemError("bad-option", `--resume ${options.resume} knows its environment; leave "${id}" out`);
  const free = new Set(["resume", "iterations", "workers", "report", "json", "verbose", "pack"]);
  const given = command.options.filter(
    (option) => command.getOptionValueSource(option.attributeName()) === "cli" && !free.has(option.attributeName()),
  );
  if (given.length > 0) {
    throw new GemError(
      "bad-option",
      `a resumed run keeps its settings: ${given.map(({ long }) => long).join(", ")} cannot be given with --resume`,
      {
        hint: "Only --iterations, --workers and --report may be; start a new run for anything else.",
      },
    );
  }
}
