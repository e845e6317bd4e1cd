import type { TinyModel } from "@gem-ts/model-tiny";
import { readRun, type Run, type TrainingEvent, type TrainResult } from "@gem-ts/trainer-reinforce-rebn";
import { resolve } from "node:path";
import type { Environment } from "../environment/open-environment.ts";
import type { Scores } from "../evaluation/scores.ts";
import { renderBeforeAfter } from "../evaluation/scores-table.ts";
import { formatDuration } from "../format/duration.ts";
import { formatCount } from "../format/number.ts";
import { writeReport } from "../report/write-report.ts";
import { sayHowToResume } from "./describe-session.ts";
import { type BothPlayed, HELD_OUT_SEED, playBoth } from "./play-both.ts";
import { measureReferences } from "./references.ts";
import type { RunSetup } from "./run-setup.ts";
import type { SessionParts, SessionResult, SessionScores } from "./session.ts";
import { showTraining } from "./training-progress.ts";

/** A session whose first evaluation is done. */
export interface Session {
  readonly environment: Environment;
  readonly model: TinyModel;
  readonly folder: string;
  readonly setup: RunSetup;
  readonly before: BothPlayed;
  /** As `performance.now()` tells time. */
  readonly started: number;
  /** Iterations that were made before this session. */
  readonly known: Run["metrics"];
}

/** Trains, or goes on training. */
export type Learn = (signal: AbortSignal, onEvent: (event: TrainingEvent) => void) => Promise<TrainResult>;

/**
 * Trains, plays the held-out episodes again, prints the difference and writes the report; `undefined` when the signal
 * stopped it.
 */
export async function finishSession(
  options: SessionParts,
  session: Session,
  learn: Learn,
): Promise<SessionResult | undefined> {
  const { terminal, signal } = options;
  const { environment, model, folder, setup, before, started } = session;
  const result = await learnWithin(options, session, learn);
  const target = (await readRun(folder)).config.iterations;
  if (signal.aborted) {
    sayHowToResume(options, folder, result.iteration, target);
    return undefined;
  }
  if (result.outcome === "aborted") {
    terminal.line(terminal.style("yellow", `  Time is up after ${result.iteration} of ${target} iterations.`));
  }
  const after = await playBoth({
    terminal,
    signal,
    environment,
    model,
    episodes: setup.episodes,
    title: "After training",
  });
  const references = after && [
    ...(await measureReferences(environment, setup.episodes, HELD_OUT_SEED, signal)),
    ...(options.references?.(environment.id) ?? []),
  ];
  if (after === undefined || references === undefined || signal.aborted) {
    sayHowToResume(options, folder, result.iteration, target);
    return undefined;
  }
  const seconds = (performance.now() - started) / 1000;
  terminal.line();
  for (const line of renderBeforeAfter(terminal, scoresIn(before), scoresIn(after), references)) terminal.line(line);
  terminal.line();
  terminal.line(
    terminal.style(
      "dim",
      `${formatCount(setup.episodes)} held-out episodes each time, ± one standard error; all of it took ${formatDuration(seconds)}`,
    ),
  );
  const report = await writeReport({
    file: options.report,
    environment,
    run: await readRun(folder),
    setup,
    before,
    after,
    references,
    seconds,
    finished: result.outcome === "finished",
  });
  terminal.line();
  terminal.line(`Run     ${resolve(folder)}`);
  terminal.line(`Report  ${terminal.style("bold", report)}`);
  if (result.outcome === "aborted") terminal.line(`More    ${options.resumeCommand(folder)}`);
  return { before: means(before), after: means(after), seconds: Math.round(seconds * 100) / 100, run: resolve(folder) };
}

async function learnWithin(
  options: SessionParts,
  { started, before, known }: Session,
  learn: Learn,
): Promise<TrainResult> {
  const { terminal, signal, budgetSeconds } = options;
  // What comes after training takes as long as what came before, and a little for the report.
  const deadline =
    budgetSeconds === undefined ? undefined : started + (budgetSeconds - 1.3 * before.seconds - 2) * 1000;
  const timeUp = new AbortController();
  const progress = showTraining(terminal, { known, ...(deadline === undefined ? {} : { deadline }) });
  terminal.line();
  terminal.line(terminal.style("bold", "Training"));
  try {
    return await learn(AbortSignal.any([signal, timeUp.signal]), (event) => {
      progress.hear(event);
      if (event.type !== "iteration" || deadline === undefined) return;
      if (performance.now() + event.metrics.time.seconds * 1000 > deadline) timeUp.abort();
    });
  } finally {
    progress.end();
  }
}

function scoresIn({ sampled, greedy }: BothPlayed): { readonly sampled: Scores; readonly greedy: Scores } {
  return { sampled: sampled.scores, greedy: greedy.scores };
}

function means({ sampled: { scores } }: BothPlayed): SessionScores {
  const round = (value: number): number => Number(value.toPrecision(6));
  return { success: round(scores.success.mean), turns: round(scores.turns.mean), return: round(scores.return.mean) };
}
