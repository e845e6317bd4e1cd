import type { Seed } from "@gem-ts/core";
import type { Command } from "commander";
import { join, resolve } from "node:path";
import { EXIT } from "../exit-code.ts";
import { formatDuration } from "../format/duration.ts";
import { formatEstimate, formatDecimal } from "../format/number.ts";
import { listenForInterrupt } from "../interrupt.ts";
import { commandLine, invocation, quoteArgument } from "../invocation.ts";
import { loadPacks } from "../load-packs.ts";
import { decimalNumber, seedNumber, wholeNumber } from "../options/number.ts";
import { openOutput } from "../output.ts";
import { renderTable } from "../terminal/table.ts";
import { type CommonOptions, examples } from "./common.ts";

interface PretrainCommandOptions extends CommonOptions {
  readonly out: string;
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly layers: number;
  readonly width: number;
  readonly context: number;
  readonly pieces: number;
  readonly episodes: number;
  readonly seed: Seed;
  readonly workers: number;
  readonly quick?: true;
}

/** Adds `gem pretrain`. */
export function addPretrainCommand(program: Command): void {
  program
    .command("pretrain")
    .summary("make a base model from transcripts")
    .description(
      "Makes a base model: learns a tokenizer from compact transcripts of the built-in games, imitates teachers who play sloppily, scores the result on each game, and writes a checkpoint with its card.",
    )
    .option("-o, --out <folder>", "where checkpoint and card go", join("runs", "base"))
    .option("--steps <number>", "optimiser steps", wholeNumber({ min: 1 }), 2400)
    .option("--batch <number>", "episodes of each step", wholeNumber({ min: 1 }), 104)
    .option("-l, --learning-rate <number>", "highest learning rate of Adam", decimalNumber({ min: 1e-12 }), 2e-3)
    .option("--layers <number>", "transformer blocks", wholeNumber({ min: 1, max: 64 }), 2)
    .option("--width <number>", "of the residual stream, a multiple of 32", wholeNumber({ min: 32, max: 4096 }), 64)
    .option(
      "--context <number>",
      "longest conversation in tokens, a multiple of 16",
      wholeNumber({ min: 16, max: 16384 }),
      256,
    )
    .option("--pieces <number>", "pieces that the tokenizer may learn", wholeNumber({ min: 0, max: 4096 }), 40)
    .option("-n, --episodes <number>", "held-out episodes of each game for the scores", wholeNumber({ min: 1 }), 500)
    .option("-s, --seed <number>", "of weights and transcripts", seedNumber, 0)
    .option("-w, --workers <number>", "workers of the model", wholeNumber({ min: 0, max: 64 }), 2)
    .option("--quick", "a few steps only, to see it work; the model will be poor")
    .option("--json", "print the scores as one JSON line on standard output, everything else on standard error")
    .addHelpText(
      "after",
      examples([
        "gem pretrain --out runs/base",
        "gem pretrain --layers 3 --width 96 --steps 2000 --seed 1",
        "gem pretrain --quick --out /tmp/base",
      ]),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<PretrainCommandOptions>();
      const { terminal, json } = openOutput(options);
      const interrupt = listenForInterrupt();
      try {
        const { pretrain } = await import("../pretrain/pretrain.ts");
        const { out, ...rest } = options;
        const result = await pretrain({
          ...rest,
          ...(options.quick === true
            ? { steps: Math.min(options.steps, 40), episodes: Math.min(options.episodes, 50) }
            : {}),
          terminal,
          signal: interrupt.signal,
          packs: await loadPacks({ modules: options.pack ?? [] }),
          folder: out,
          command: commandLine(),
        });
        if (result === undefined) {
          terminal.line("Stopped; no model was written.");
          process.exitCode = EXIT.interrupted;
          return;
        }
        json({ ...result, folder: resolve(result.folder) });
        const rows = result.scores.map(({ id, sampled, greedy, random, informed }) => [
          id,
          formatEstimate(sampled.success.mean, sampled.success.error, 3),
          formatEstimate(greedy.success.mean, greedy.success.error, 3),
          formatDecimal(random.success.mean, 3),
          formatDecimal(informed.success.mean, 3),
        ]);
        const columns = ["sampled", "greedy", "random", "informed"].map((title) => ({
          title,
          align: "right" as const,
        }));
        terminal.line();
        for (const line of renderTable(terminal, [{ title: "success" }, ...columns], rows)) terminal.line(line);
        terminal.line();
        terminal.line(`Made in ${formatDuration(result.seconds)}: ${terminal.style("bold", resolve(result.folder))}`);
        terminal.line(`Train it with ${invocation()} train <id> --model ${quoteArgument(result.folder)}`);
      } finally {
        interrupt[Symbol.dispose]();
      }
    });
}
