import { type AnyEnv, type AnyEnvDefinition, type EnvPack, findEnv, make, type Seed, type Style } from "@gem-ts/core";
import type { Settings } from "../options/setting.ts";

/** What decides which environment is played. */
export interface EnvironmentChoice {
  readonly id: string;
  readonly packs: readonly EnvPack[];
  readonly settings?: Settings;
  readonly style: Style;
}

/** An environment that can be made any number of times. */
export interface Environment {
  readonly id: string;
  readonly style: Style;
  readonly definition: AnyEnvDefinition;
  make(seed?: Seed): AnyEnv;
}

/**
 * Checks a choice by making the environment once, so that mistakes show before any work begins.
 * @throws GemError `unknown-id`, `bad-config`, `unsupported`.
 */
export function openEnvironment(choice: EnvironmentChoice): Environment {
  const { id, packs, style, settings = {} } = choice;
  const { definition } = findEnv(id, packs);
  const open = (seed?: Seed): AnyEnv =>
    make(id, { packs, style, overrides: settings, ...(seed === undefined ? {} : { seed }) });
  void open(0).close();
  return { id, style, definition, make: open };
}

/** Tiny models read compact prompts where there are any; everybody else gets the full words. */
export function defaultStyle(id: string, packs: readonly EnvPack[], player: "model" | "baseline"): Style {
  const { definition } = findEnv(id, packs);
  return player === "model" && (definition.styles ?? []).includes("compact") ? "compact" : "full";
}
