import type { Seed } from "@gem-ts/core";
import type { TinyModel } from "@gem-ts/model-tiny";
import type { Environment } from "../environment/open-environment.ts";
import { evaluatePolicy, type Played } from "../evaluation/evaluate-player.ts";
import type { Scores } from "../evaluation/scores.ts";
import { formatEstimate } from "../format/number.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** The held-out episodes of a model, with sampled and with most likely tokens. */
export interface BothPlayed {
  readonly sampled: Played;
  readonly greedy: Played;
  /** Wall-clock time of both. */
  readonly seconds: number;
}

/** Options of {@link playBoth}. */
export interface PlayBothOptions {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly environment: Environment;
  readonly model: TinyModel;
  readonly episodes: number;
  /** Printed above the scores. */
  readonly title: string;
}

/** Seed of the held-out episodes: the same for all runs, so that they can be compared. */
export const HELD_OUT_SEED: Seed = 0;

/** Plays the held-out episodes sampled and greedily and prints the scores; `undefined` when the signal cut it short. */
export async function playBoth(options: PlayBothOptions): Promise<BothPlayed | undefined> {
  const { terminal, signal, environment, model, episodes, title } = options;
  const started = performance.now();
  const play = (kind: string, temperature: number): Promise<Played | undefined> =>
    evaluatePolicy({
      environment,
      policy: model.policy({ temperature }),
      episodes,
      seed: HELD_OUT_SEED,
      signal,
      onProgress: (done, total) =>
        terminal.status(terminal.style("dim", `${title}, ${kind}: ${done} of ${total} episodes`)),
    });
  try {
    const sampled = await play("sampled", 1);
    const greedy = sampled && (await play("greedy", 0));
    if (sampled === undefined || greedy === undefined) return undefined;
    terminal.status(undefined);
    terminal.line();
    terminal.line(terminal.style("bold", title));
    terminal.line(`  ${describe(sampled.scores, greedy.scores)}`);
    return { sampled, greedy, seconds: (performance.now() - started) / 1000 };
  } finally {
    terminal.status(undefined);
  }
}

function describe({ success, turns, return: total }: Scores, greedy: Scores): string {
  return [
    `success ${formatEstimate(success.mean, success.error, 3)}`,
    `turns ${formatEstimate(turns.mean, turns.error, 2)}`,
    `return ${formatEstimate(total.mean, total.error, 3)}`,
    `greedy success ${formatEstimate(greedy.success.mean, greedy.success.error, 3)}`,
  ].join("   ");
}
