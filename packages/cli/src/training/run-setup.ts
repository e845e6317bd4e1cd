import { GemError, type Json, type Style } from "@gem-ts/core";
import type { TrainingConfig } from "@gem-ts/trainer-reinforce-rebn";
import { z } from "zod";
import type { Settings } from "../options/setting.ts";

/** What a run keeps, beside the trainer's settings, to make the same environment and model again. */
export interface RunSetup {
  /** `base` or a folder. */
  readonly model: string;
  readonly style: Style;
  /** Overrides of the environment's configuration. */
  readonly settings: Settings;
  /** Pack modules beyond the built-in ones. */
  readonly packs: readonly string[];
  /** Workers of the model: the same number again gives the same run again, to the last bit. */
  readonly workers: number;
  /** Held-out episodes before and after training. */
  readonly episodes: number;
  /** Command that started the run. */
  readonly command: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

const setupSchema: z.ZodType<RunSetup> = z.object({
  model: z.string(),
  style: z.enum(["full", "compact"]),
  settings: z.record(z.string(), z.json() as z.ZodType<Json>),
  packs: z.array(z.string()),
  workers: z.int().min(0),
  episodes: z.int().min(1),
  command: z.string(),
  startedAt: z.string(),
});

/** A setup as the trainer stores it. */
export function setupRecord(setup: RunSetup): Readonly<Record<string, Json>> {
  return { ...setup, packs: [...setup.packs] };
}

/**
 * Reads the setup of a run that this package started.
 * @throws GemError `unsupported` for a run that something else started.
 */
export function readSetup(config: TrainingConfig): RunSetup {
  const parsed = setupSchema.safeParse(config.setup);
  if (parsed.success) return parsed.data;
  throw new GemError(
    "unsupported",
    "this run was not started by gem: it does not say how to make its environment and model",
    {
      hint: "Resume it with the program that started it.",
      cause: parsed.error,
    },
  );
}
