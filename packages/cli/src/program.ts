import { Command } from "commander";
import { readFileSync } from "node:fs";
import { addEvalCommand } from "./commands/eval.ts";
import { addListCommand } from "./commands/list.ts";
import { addPretrainCommand } from "./commands/pretrain.ts";
import { addRunCommand } from "./commands/run.ts";
import { addTrainCommand } from "./commands/train.ts";
import { examples } from "./commands/common.ts";
import { collectText } from "./options/list.ts";

/** The `gem` command and all below it. It throws instead of ending the process, and prints no errors of its own. */
export function createProgram(): Command {
  const program = quiet(new Command("gem"))
    .description("GEM in TypeScript: environments for language agents, tiny models that play them, and a trainer.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help for a command")
    .option(
      "--pack <module>",
      "offer the environments of this module too: a package or a file; repeatable",
      collectText,
    )
    .option("--verbose", "show where an error happened")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      "after",
      examples([
        "gem list",
        "gem run game:GuessTheNumber-v0-hard --policy informed",
        "gem eval game:GuessTheNumber-v0-hard",
        "gem train game:GuessTheNumber-v0-hard",
      ]),
    );
  for (const add of [addListCommand, addRunCommand, addEvalCommand, addTrainCommand, addPretrainCommand]) add(program);
  for (const command of program.commands) quiet(command).configureHelp({ showGlobalOptions: true });
  return program;
}

/** Leaves errors to the caller, who prints all of them in one form. */
export function quiet(command: Command): Command {
  return command
    .exitOverride()
    .configureOutput({ writeErr: () => {}, outputError: () => {} })
    .showSuggestionAfterError();
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return version;
}
