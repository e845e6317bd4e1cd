import { isDeepStrictEqual } from "node:util";
import { type Env, GemError, make, messageOf } from "@gem-ts/core";
import { games } from "../../src/index.ts";
import type { GoldenGame } from "./game.ts";
import type { GoldenStep, GoldenTranscript } from "./transcript.ts";

/** Where our game first leaves GEM's. */
export interface Mismatch {
  readonly step: number;
  readonly what: string;
}

/**
 * Plays a golden transcript and compares reward, end, event and state after every step. Where GEM went on after the
 * end, which it does not guard, our guard has to refuse the step; where GEM raised, we have to go on without throwing.
 */
export function replay(game: GoldenGame, transcript: GoldenTranscript): Mismatch | undefined {
  // A parameter that the transcript leaves out stays that of the variant.
  const given = Object.entries(game.overrides(transcript.params)).filter(([, value]) => value !== undefined);
  const env = make(game.id, { packs: games, overrides: Object.fromEntries(given), seed: 0 }) as Env<"sync">;
  env.reset();
  env.restore({ ...env.snapshot(), state: game.state(transcript) });
  for (const [index, golden] of transcript.steps.entries()) {
    if (env.status === "ended") return refusal(env, golden.action, index);
    const what = compareSafely(game, env, golden, index + 1);
    if (what !== undefined) return { step: index, what };
    if (golden.exception !== undefined) return undefined;
  }
  return undefined;
}

/** A step that throws, ours or the reading of an odd file, is a mismatch at that step. */
function compareSafely(game: GoldenGame, env: Env<"sync">, golden: GoldenStep, turn: number): string | undefined {
  try {
    return compare(game, env, golden, turn);
  } catch (error) {
    return `threw ${messageOf(error)}`;
  }
}

function compare(game: GoldenGame, env: Env<"sync">, golden: GoldenStep, turn: number): string | undefined {
  const before = env.snapshot().state;
  const ours = env.step(golden.action);
  if (golden.exception !== undefined) return undefined;

  const done = golden.terminated || golden.truncated;
  // Not `> 1e-9`: against a reward that is missing or no number that is false too.
  if (!(Math.abs(ours.reward - golden.reward) <= 1e-9)) return `reward ${ours.reward}, GEM's ${golden.reward}`;
  if (ours.info.event !== golden.event) return `event ${ours.info.event}, GEM's ${golden.event}`;
  // All ends of these games are their own: GEM's truncated at a turn cap is our terminated.
  if (ours.terminated !== done || ours.truncated)
    return `terminated ${ours.terminated}, truncated ${ours.truncated}, GEM's done ${done}`;
  if (done && ours.info.success !== (golden.event === "win")) return `success ${ours.info.success}`;

  const after = env.snapshot();
  const view = game.view(after.state, before);
  const shown = { ...view, state: { ...view.state, turn_count: after.turn } };
  if (after.turn !== turn) return `turn ${after.turn}, not ${turn}`;
  for (const [key, value] of Object.entries(shown)) {
    if (!isDeepStrictEqual(value, golden[key]))
      return `${key} ${JSON.stringify(value)}, GEM's ${JSON.stringify(golden[key])}`;
  }
  return undefined;
}

/** What is wrong when a step after the end is not refused. */
function refusal(env: Env<"sync">, action: string, step: number): Mismatch | undefined {
  try {
    env.step(action);
  } catch (error) {
    if (GemError.isInstance(error) && error.code === "step-after-end") return undefined;
    return { step, what: `the step after the end threw ${messageOf(error)}` };
  }
  return { step, what: "the step after the end was not refused" };
}
