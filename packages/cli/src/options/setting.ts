import type { Json } from "@gem-ts/core";
import { InvalidArgumentError } from "commander";

/** Parts of an environment's configuration, as `--set key=value` gives them. */
export type Settings = Readonly<Record<string, Json>>;

/** A parser of repeated `key=value` arguments for commander: the value is JSON, or else plain text. */
export function collectSetting(text: string, previous: Settings = {}): Settings {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It must be key=value, such as max=20.");
  return { ...previous, [text.slice(0, at).trim()]: parseValue(text.slice(at + 1)) };
}

function parseValue(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
