import { readRun, resumeTraining, type Run } from "@gem-ts/trainer-reinforce-rebn";
import { openEnvironment } from "../environment/open-environment.ts";
import { loadPacks } from "../load-packs.ts";
import { openModel } from "../model/open-model.ts";
import { describeSession, sayHowToResume } from "./describe-session.ts";
import { finishSession } from "./finish-session.ts";
import { playBoth } from "./play-both.ts";
import { readSetup } from "./run-setup.ts";
import type { SessionParts, SessionResult } from "./session.ts";

/** Options of {@link continueTraining}. */
export interface ContinueTrainingOptions extends SessionParts {
  /** Folder of the run. */
  readonly folder: string;
  /** More or fewer iterations than the run was started with. */
  readonly iterations?: number;
}

/** Goes on with a run that was stopped or killed; `undefined` when the signal stopped it again. */
export async function continueTraining(options: ContinueTrainingOptions): Promise<SessionResult | undefined> {
  const started = performance.now();
  const { terminal, folder } = options;
  const run = await readRun(folder);
  const setup = readSetup(run.config);
  const packs = setup.packs.length === 0 ? options.packs : await loadPacks({ modules: setup.packs });
  const { env, algorithm, seed } = run.config;
  const environment = openEnvironment({ id: env, packs, settings: setup.settings, style: setup.style });
  // The checkpoint of iteration 0 stays, so the scores before training can be had again, to the last digit.
  await using model = await openModel(startOf(run)?.folder ?? setup.model, {
    workers: options.workers ?? setup.workers,
    name: run.model,
  });
  describeSession(terminal, { env, algorithm, seed, model, folder });
  terminal.line(`Going on after iteration ${run.latest.iteration} of ${options.iterations ?? run.config.iterations}.`);
  const before = await playBoth({ ...options, environment, model, episodes: setup.episodes, title: "Before training" });
  if (before === undefined) {
    sayHowToResume(options, folder, run.latest.iteration, run.config.iterations);
    return undefined;
  }
  return await finishSession(
    options,
    { environment, model, folder, setup, before, started, known: run.metrics },
    (signal, onEvent) =>
      resumeTraining({
        model,
        env: () => environment.make(),
        folder,
        ...(options.iterations === undefined ? {} : { config: { iterations: options.iterations } }),
        signal,
        onEvent,
      }),
  );
}

function startOf({ checkpoints }: Run): Run["latest"] | undefined {
  return checkpoints.find(({ iteration }) => iteration === 0);
}
