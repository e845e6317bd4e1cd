import type { Seed, Style } from "@gem-ts/core";
import { train, trainingConfig, type TrainingConfigChanges } from "@gem-ts/trainer-reinforce-rebn";
import { resolve } from "node:path";
import { openEnvironment } from "../environment/open-environment.ts";
import { BASE_MODEL, DEFAULT_WORKERS, openModel } from "../model/open-model.ts";
import type { Settings } from "../options/setting.ts";
import { chooseFolder } from "./choose-folder.ts";
import { describeSession } from "./describe-session.ts";
import { finishSession } from "./finish-session.ts";
import { playBoth } from "./play-both.ts";
import { dropEmptyFolder, prepareFolder } from "./prepare-folder.ts";
import { type RunSetup, setupRecord } from "./run-setup.ts";
import type { SessionParts, SessionResult } from "./session.ts";

/** Options of {@link startTraining}. */
export interface StartTrainingOptions extends SessionParts {
  readonly env: string;
  readonly algorithm: string;
  readonly seed: Seed;
  /** `base` or a folder. */
  readonly model: string;
  readonly style: Style;
  readonly settings: Settings;
  /** Names of the modules that `packs` came from, for resuming. */
  readonly modules: readonly string[];
  /** Folder of the run; chosen under `runs` by default. */
  readonly folder?: string;
  /** Held-out episodes before and after training, each played sampled and greedily. */
  readonly episodes: number;
  /** Settings of the trainer that differ from its defaults. */
  readonly config: TrainingConfigChanges;
  /** Command that makes the same run again. */
  readonly command: string;
}

/** Evaluates a model, trains it, evaluates it again and writes a report; `undefined` when the signal stopped it. */
export async function startTraining(options: StartTrainingOptions): Promise<SessionResult | undefined> {
  const started = performance.now();
  const { terminal, env, algorithm, seed, model: source, style, settings } = options;
  const environment = openEnvironment({ id: env, packs: options.packs, settings, style });
  const folder = options.folder ?? chooseFolder(env, algorithm, seed);
  const setup: RunSetup = {
    model: source === BASE_MODEL ? source : resolve(source),
    style,
    settings,
    packs: options.modules,
    workers: options.workers ?? DEFAULT_WORKERS,
    episodes: options.episodes,
    command: options.command,
    startedAt: new Date().toISOString(),
  };
  const config = trainingConfig({ ...options.config, env, algorithm, seed, setup: setupRecord(setup) });
  await using model = await openModel(source, { workers: setup.workers });
  await prepareFolder(folder, options.resumeCommand(folder));
  describeSession(terminal, { env, algorithm, seed, model, folder });
  const before = await playBoth({ ...options, environment, model, title: "Before training" });
  if (before === undefined) {
    await dropEmptyFolder(folder);
    terminal.line("Stopped before training began; there is nothing to resume.");
    return undefined;
  }
  return await finishSession(
    options,
    { environment, model, folder, setup, before, started, known: [] },
    (signal, onEvent) =>
      train({
        model,
        env: () => environment.make(),
        folder,
        config,
        signal,
        onEvent,
      }),
  );
}
