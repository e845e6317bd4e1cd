import type { EnvPack } from "@gem-ts/core";

/** What `gem.config.ts` in the working folder exports as its default. */
export interface GemConfig {
  /** Packs offered beside the built-in ones. */
  readonly packs?: readonly EnvPack[];
}

/** Declares the configuration of a project; it only helps the editor. */
export function defineConfig(config: GemConfig): GemConfig {
  return config;
}
