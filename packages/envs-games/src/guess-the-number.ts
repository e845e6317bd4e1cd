import { defineEnv, type EnvContext, type EnvDefinition, type EnvStateContext } from "@gem-ts/core";
import { z } from "zod";
import { boxed, lastBox, numberReader } from "./box.ts";

export interface GuessTheNumberConfig {
  /** Smallest and largest number that may be hidden. */
  readonly min: number;
  readonly max: number;
  readonly maxTurns: number;
  /** v0: a game lost by turns pays 1 - distance / (max - min) of the last guess, 0 when that was out of range. */
  readonly payCloseness: boolean;
  /** v0: the guess 0 is a format error, in range or not. */
  readonly refuseZero: boolean;
}

export interface GuessTheNumberState {
  readonly secret: number;
  /** Guesses that were in range and new, in order. */
  readonly guesses: number[];
}

export type GuessTheNumberEvent = "win" | "higher" | "lower" | "out_of_range" | "repeat" | "max_turns" | "format_error";

export type GuessTheNumberVariant =
  | "v0"
  | "v0-easy"
  | "v0-hard"
  | "v0-random"
  | "v0-hard-no-max-turn"
  | "v1-easy"
  | "v1-hard"
  | "v1-random";

type Context = EnvContext<GuessTheNumberConfig>;
type StateContext = EnvStateContext<GuessTheNumberConfig, GuessTheNumberState>;

const config: z.ZodType<GuessTheNumberConfig> = z
  .object({
    min: z.int(),
    max: z.int(),
    maxTurns: z.int().positive(),
    payCloseness: z.boolean(),
    refuseZero: z.boolean(),
  })
  .refine(({ min, max }) => min <= max && max >= 1, "min must not exceed max, and max must be at least 1");

type Range = Pick<GuessTheNumberConfig, "min" | "max" | "maxTurns">;

const V0 = { payCloseness: true, refuseZero: true };
const V1 = { payCloseness: false, refuseZero: false };

const EASY: Range = { min: 1, max: 10, maxTurns: 4 };
const HARD: Range = { min: 1, max: 50, maxTurns: 7 };

function drawRange({ rng }: Pick<Context, "rng">): Range {
  const min = rng.int(1, 10);
  const max = min + rng.int(5, 50);
  return { min, max, maxTurns: Math.ceil(Math.sqrt(max - min)) + 1 };
}

const readGuess = numberReader({ count: 1, gap: "one" });

/** Takes a guess down and says what came of it. */
function judge({ secret, guesses }: GuessTheNumberState, guess: number, { min, max }: Range): GuessTheNumberEvent {
  if (guess < min || guess > max) return "out_of_range";
  if (guesses.includes(guess)) return "repeat";
  guesses.push(guess);
  if (guess === secret) return "win";
  return guess < secret ? "higher" : "lower";
}

/** The numbers that the hints given so far leave. */
export function feasibleRange(
  { secret, guesses }: GuessTheNumberState,
  { min, max }: Range,
): [low: number, high: number] {
  let low = min;
  let high = max;
  for (const guess of guesses) {
    if (guess <= secret) low = Math.max(low, guess === secret ? guess : guess + 1);
    if (guess >= secret) high = Math.min(high, guess === secret ? guess : guess - 1);
  }
  return [low, high];
}

/** The smallest number that can be guessed at all: there is no minus sign in the action format. */
function smallestGuess({ refuseZero }: Pick<GuessTheNumberConfig, "refuseZero">): number {
  return refuseZero ? 1 : 0;
}

const COMPACT: Readonly<Record<GuessTheNumberEvent, string>> = {
  win: "win",
  higher: "higher",
  lower: "lower",
  out_of_range: "out",
  repeat: "repeat",
  max_turns: "over",
  format_error: "format",
};

function explain(event: GuessTheNumberEvent, guess: number, { secret }: GuessTheNumberState, context: Context): string {
  const {
    turn,
    config: { min, max, maxTurns },
  } = context;
  const told = `Turn ${turn} of ${maxTurns}: `;
  switch (event) {
    case "higher":
      return `${told}${guess} is too low, look higher.`;
    case "lower":
      return `${told}${guess} is too high, look lower.`;
    case "repeat":
      return `${told}you had tried ${guess} before.`;
    case "out_of_range":
      return `${told}that number lies outside ${min} to ${max}.`;
    case "win":
      return `${told}${secret} it is. You found the number!`;
    case "max_turns":
      return `${told}that was your last guess. The number was ${secret}.`;
    case "format_error":
      return `${told}there is no guess in your answer. The game ends here.`;
  }
}

function instructions({ config: { min, max, maxTurns, refuseZero }, style, rng }: StateContext): string {
  if (style === "compact") return `guess ${min} ${max} turns ${maxTurns}`;
  const example = rng.int(Math.max(min, smallestGuess({ refuseZero })), max);
  return `You are looking for a hidden whole number. It is at least ${min} and at most ${max}, and you have ${maxTurns} guesses.

- A guess that misses tells you whether to look higher or lower.
- A guess outside the range, or one that you made before, is lost: it uses up a turn and tells you nothing.
- Write your guess in a box, like this: ${boxed(example)}. Think aloud as much as you wish; only the last such box counts. An answer without one ends the game.

Your earlier turns stay in view below. What is your first guess?`;
}

/** GEM's GuessTheNumber. v1 repairs section 7, item 14 of the behaviour notes: closeness pay, and the guess 0. */
export const guessTheNumber: EnvDefinition<
  "game:GuessTheNumber",
  GuessTheNumberVariant,
  GuessTheNumberConfig,
  GuessTheNumberState,
  GuessTheNumberEvent,
  "sync"
> = defineEnv({
  id: "game:GuessTheNumber",
  summary: "Find a hidden number from hints to look higher or lower.",
  config,
  variants: {
    v0: { min: 1, max: 20, maxTurns: 10, ...V0 },
    "v0-easy": { ...EASY, ...V0 },
    "v0-hard": { ...HARD, ...V0 },
    "v0-random": ({ rng }) => ({ ...drawRange({ rng }), ...V0 }),
    "v0-hard-no-max-turn": { min: 1, max: 50, maxTurns: 50, ...V0 },
    "v1-easy": { ...EASY, ...V1 },
    "v1-hard": { ...HARD, ...V1 },
    "v1-random": ({ rng }) => ({ ...drawRange({ rng }), ...V1 }),
  },
  versions: {
    v0: "GEM's published rules: a lost game pays for the nearness of its last guess, and the guess 0 is a format error",
    v1: "only finding the number pays, and 0 may be guessed where it is in range",
  },
  events: {
    win: "the number was found",
    higher: "the number is higher than the guess",
    lower: "the number is lower than the guess",
    out_of_range: "the guess lies outside the range; the turn is lost",
    repeat: "the guess was made before; the turn is lost",
    max_turns: "the last turn was played without finding the number",
    format_error: "no guess was found in the action; the game is over",
  },
  styles: ["full", "compact"],
  returns: { min: -0.1, max: 1 },
  start: ({ config: { min, max }, rng }) => ({ secret: rng.int(min, max), guesses: [] }),
  instructions,
  step(state, action, context) {
    const {
      config: { min, max, maxTurns, payCloseness, refuseZero },
      turn,
      style,
    } = context;
    const guess = lastBox(action, readGuess)?.[0] ?? -1;
    const say = (event: GuessTheNumberEvent): string =>
      style === "compact" ? COMPACT[event] : explain(event, guess, state, context);
    if (guess < smallestGuess({ refuseZero })) {
      return { observation: say("format_error"), event: "format_error", reward: -0.1, terminated: true };
    }
    const event = judge(state, guess, context.config);
    if (event === "win") return { observation: say(event), event, reward: 1, terminated: true, success: true };
    if (turn < maxTurns) return { observation: say(event), event };
    const distance = Math.abs(guess - state.secret);
    const reward = payCloseness && event !== "out_of_range" ? 1 - distance / (max - min) : 0;
    return { observation: say("max_turns"), event: "max_turns", reward, terminated: true };
  },
  randomAction: ({ config: { min, max, refuseZero }, rng }) =>
    boxed(rng.int(Math.max(min, smallestGuess({ refuseZero })), max)),
  informedAction({ state, config, rng }) {
    const [low, high] = feasibleRange(state, config);
    // Only a secret that cannot be written (0 in v0, or one below 0) leaves nothing above the smallest guess.
    const smallest = smallestGuess(config);
    return boxed(rng.int(Math.max(low, smallest), Math.max(high, smallest)));
  },
  oracle: ({ state }) => boxed(state.secret),
  render({ state, config, turn }) {
    const { min, max, maxTurns } = config;
    const rows = state.guesses.map((guess, index) => {
      const hint = guess === state.secret ? "found" : guess < state.secret ? "look higher" : "look lower";
      return `${String(index + 1).padStart(4)}.  ${String(guess).padStart(String(max).length)}  ${hint}`;
    });
    const [low, high] = feasibleRange(state, config);
    const left = state.guesses.includes(state.secret) ? "" : `\nLeft: ${low === high ? low : `${low} to ${high}`}`;
    return [`Guess the number: ${min} to ${max}, turn ${turn} of ${maxTurns}`, ...rows].join("\n") + left;
  },
});
