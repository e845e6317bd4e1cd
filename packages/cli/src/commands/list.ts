import type { Command } from "commander";
import { loadPacks } from "../load-packs.ts";
import { openOutput } from "../output.ts";
import { listing, printListing } from "./listing.ts";
import { type CommonOptions, examples } from "./common.ts";

/** Adds `gem list`. */
export function addListCommand(program: Command): void {
  program
    .command("list")
    .summary("list the environments")
    .description("Lists every environment by pack, with the endings that complete its id.")
    .option("--json", "print one JSON document")
    .addHelpText("after", examples(["gem list", "gem list --json", "gem list --pack ./my-pack.ts"]))
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>();
      const { terminal, json } = openOutput(options);
      const packs = await loadPacks({ modules: options.pack ?? [] });
      if (options.json === true) json(listing(packs));
      else printListing(terminal, packs);
    });
}
