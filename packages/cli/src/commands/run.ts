import { deriveSeed, type Episode, freshSeed, playEpisode, type Seed } from "@gem-ts/core";
import type { Command } from "commander";
import { defaultStyle, openEnvironment } from "../environment/open-environment.ts";
import { printEpisode } from "../episodes/print-episode.ts";
import { EXIT } from "../exit-code.ts";
import { listenForInterrupt } from "../interrupt.ts";
import { loadPacks } from "../load-packs.ts";
import { isModel, openPlayer, requireSupport } from "../model/open-player.ts";
import { decimalNumber, seedNumber } from "../options/number.ts";
import { openOutput } from "../output.ts";
import { type EnvironmentOptions, examples, settingOption, styleOption } from "./common.ts";

interface RunOptions extends EnvironmentOptions {
  readonly policy: string;
  readonly seed?: Seed;
  readonly temperature: number;
}

/** Adds `gem run`. */
export function addRunCommand(program: Command): void {
  program
    .command("run")
    .summary("play one episode and print it")
    .description("Plays one episode and prints it turn by turn.")
    .argument("<id>", "environment, such as game:GuessTheNumber-v0-hard")
    .option(
      "-p, --policy <name>",
      "random, informed, oracle, model (the base checkpoint), or a checkpoint or run folder",
      "random",
    )
    .option("-s, --seed <number>", "seed of the episode (default: a fresh one, which is printed)", seedNumber)
    .option(
      "-t, --temperature <number>",
      "of a model's sampling; 0 takes the most likely token",
      decimalNumber({ min: 0 }),
      1,
    )
    .addOption(settingOption())
    .addOption(styleOption())
    .option("--json", "print the episode as one JSON document")
    .addHelpText(
      "after",
      examples([
        "gem run game:GuessTheNumber-v0-hard --seed 7",
        "gem run game:Mastermind-v0-hard --policy informed",
        "gem run game:GuessTheNumber-v0-hard --policy model --temperature 0",
        "gem run game:GuessTheNumber-v0 --set max=1000 --set maxTurns=12 --policy oracle",
      ]),
    )
    .action(async (id: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RunOptions>();
      const { terminal, json } = openOutput(options);
      const interrupt = listenForInterrupt();
      try {
        const episode = await playOne(id, options, interrupt.signal);
        if (options.json === true) json(episode);
        else printEpisode(terminal, episode);
        if (episode.outcome === "failed") process.exitCode = EXIT.failure;
        if (interrupt.signal.aborted) process.exitCode = EXIT.interrupted;
      } finally {
        interrupt[Symbol.dispose]();
      }
    });
}

async function playOne(id: string, options: RunOptions, signal: AbortSignal): Promise<Episode> {
  const packs = await loadPacks({ modules: options.pack ?? [] });
  const style = options.style ?? defaultStyle(id, packs, isModel(options.policy) ? "model" : "baseline");
  const environment = openEnvironment({
    id,
    packs,
    style,
    ...(options.set === undefined ? {} : { settings: options.set }),
  });
  requireSupport(options.policy, environment);
  const seed = options.seed ?? freshSeed();
  await using player = await openPlayer(options.policy);
  await using env = environment.make(deriveSeed(seed, "sequence"));
  return await playEpisode(env, player.policy({ temperature: options.temperature }), { seed, signal });
}
