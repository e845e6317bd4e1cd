import { Option } from "commander";
import type { Style } from "@gem-ts/core";
import { collectSetting, type Settings } from "../options/setting.ts";

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: true;
  readonly pack?: readonly string[];
  readonly verbose?: true;
}

/** Options of commands that make an environment. */
export interface EnvironmentOptions extends CommonOptions {
  readonly set?: Settings;
  readonly style?: Style;
}

/** `--set key=value`. */
export function settingOption(): Option {
  return new Option("--set <key=value>", "change a part of the environment's configuration; repeatable").argParser(
    collectSetting,
  );
}

/** `--style`. */
export function styleOption(): Option {
  return new Option(
    "--style <style>",
    "words of the prompts (default: compact for tiny models, full otherwise)",
  ).choices(["full", "compact"]);
}

/** The examples at the end of a help page. */
export function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;
}
