import { defineEnv, type EnvContext, type EnvDefinition, type EnvStateContext } from "@gem-ts/core";
import { z } from "zod";
import { boxed, lastBox, numberReader } from "./box.ts";
import {
  type CodeShape,
  drawCode,
  drawConsistentCode,
  hasDuplicates,
  LONGEST_CODE,
  type MarkedGuess,
  markGuess,
} from "./mastermind-code.ts";

export interface MastermindConfig extends CodeShape {
  readonly maxTurns: number;
  /** v1: a guess with a number twice is refused when no code has one. v0 marks it like any other. */
  readonly refuseDuplicates: boolean;
}

export interface MastermindState {
  readonly code: readonly number[];
  /** Guesses that were marked, in order. */
  readonly guesses: MarkedGuess[];
  /** Most black pegs so far. */
  best: number;
}

export type MastermindEvent =
  | "win"
  | "pegs"
  | "wrong_length"
  | "out_of_range"
  | "duplicate"
  | "repeat"
  | "max_turns"
  | "format_error";

export type MastermindVariant = "v0-easy" | "v0-hard" | "v0-random" | "v1-easy" | "v1-hard" | "v1-random";

type Context = EnvContext<MastermindConfig>;
type StateContext = EnvStateContext<MastermindConfig, MastermindState>;

const config: z.ZodType<MastermindConfig> = z
  .object({
    codeLength: z.int().min(1).max(LONGEST_CODE),
    numbers: z.int().min(1).max(1000),
    duplicates: z.boolean(),
    maxTurns: z.int().positive(),
    refuseDuplicates: z.boolean(),
  })
  .refine(
    ({ codeLength, numbers, duplicates }) => duplicates || codeLength <= numbers,
    "a code without duplicates cannot be longer than there are numbers",
  );

const EASY = { codeLength: 2, numbers: 6, maxTurns: 10, duplicates: false };
const HARD = { codeLength: 4, numbers: 8, maxTurns: 30, duplicates: false };
/** What the random variants draw from; its first shape is not that of the easy variant. */
const DRAWN = [{ ...EASY, numbers: 4 }, { ...HARD, numbers: 6, maxTurns: 20 }, HARD];
const V0 = { refuseDuplicates: false };
const V1 = { refuseDuplicates: true };

const readNumbers = numberReader({ gap: "run" });

/** Why a guess is not marked; in GEM's order, the check of v1 before the last. */
function refusal(
  { guesses }: MastermindState,
  guess: readonly number[],
  context: Context,
): MastermindEvent | undefined {
  const { codeLength, numbers, duplicates, refuseDuplicates } = context.config;
  if (guess.length !== codeLength) return "wrong_length";
  for (const number of guess) if (number < 1 || number > numbers) return "out_of_range";
  if (refuseDuplicates && !duplicates && hasDuplicates(guess)) return "duplicate";
  for (const earlier of guesses) if (isSame(earlier.numbers, guess)) return "repeat";
  return undefined;
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  for (let place = 0; place < one.length; place++) if (one[place] !== other[place]) return false;
  return true;
}

function compactly(event: MastermindEvent, marked: MarkedGuess | undefined): string {
  switch (event) {
    case "win":
      return "win";
    case "pegs":
      return `black ${marked?.black} white ${marked?.white}`;
    case "wrong_length":
      return "length";
    case "out_of_range":
      return "range";
    case "duplicate":
      return "double";
    case "repeat":
      return "repeat";
    case "max_turns":
      return "over";
    case "format_error":
      return "format";
  }
}

function explain(
  event: MastermindEvent,
  marked: MarkedGuess | undefined,
  state: MastermindState,
  context: Context,
): string {
  const {
    turn,
    config: { codeLength, numbers, maxTurns },
  } = context;
  const told = `Turn ${turn} of ${maxTurns}: `;
  switch (event) {
    case "pegs":
      return `${told}${marked?.numbers.join(" ")} earns ${marked?.black} black and ${marked?.white} white.`;
    case "wrong_length":
      return `${told}a guess needs exactly ${codeLength} numbers.`;
    case "out_of_range":
      return `${told}all numbers must lie between 1 and ${numbers}.`;
    case "duplicate":
      return `${told}no number stands twice in the code, so a guess must not have one twice.`;
    case "repeat":
      return `${told}you had tried that before.`;
    case "win":
      return `${told}you broke the code ${state.code.join(" ")}!`;
    case "max_turns":
      return `${told}that was your last guess. The code was ${state.code.join(" ")}.`;
    case "format_error":
      return `${told}there is no guess in your answer. The game ends here.`;
  }
}

function instructions({ config, style, rng }: StateContext): string {
  const { codeLength, numbers, duplicates, maxTurns, refuseDuplicates } = config;
  if (style === "compact") {
    return `mastermind ${codeLength} of ${numbers} turns ${maxTurns}${duplicates ? " doubles" : ""}`;
  }
  return `You are breaking a code of ${codeLength} numbers, each from 1 to ${numbers}. ${
    duplicates ? "A number may stand in it more than once." : "No number stands in it twice."
  } You have ${maxTurns} guesses.

- For each number of your guess that is right and in its place you get a black peg, for each that is in the code but elsewhere a white one. You are not told which is which.
- A guess of another length, with a number out of range${refuseDuplicates && !duplicates ? " or twice" : ""}, or one that you made before, is not marked and uses up a turn.
- Write the numbers in a box with spaces between them, like this: ${boxed(drawCode(config, rng).join(" "))}. Think aloud as much as you wish; only the last such box counts. An answer without one ends the game.

Your earlier guesses and their pegs stay in view below. What is your first guess?`;
}

/** GEM's Mastermind. v1 repairs section 7, item 33 of the behaviour notes: guesses that cannot be the code are refused. */
export const mastermind: EnvDefinition<
  "game:Mastermind",
  MastermindVariant,
  MastermindConfig,
  MastermindState,
  MastermindEvent,
  "sync"
> = defineEnv({
  id: "game:Mastermind",
  summary: "Break a code of numbers from black and white pegs.",
  config,
  variants: {
    "v0-easy": { ...EASY, ...V0 },
    "v0-hard": { ...HARD, ...V0 },
    "v0-random": ({ rng }) => ({ ...rng.pick(DRAWN), ...V0 }),
    "v1-easy": { ...EASY, ...V1 },
    "v1-hard": { ...HARD, ...V1 },
    "v1-random": ({ rng }) => ({ ...rng.pick(DRAWN), ...V1 }),
  },
  versions: {
    v0: "GEM's published rules: a guess with a number twice is marked even where no code has one",
    v1: "such a guess is refused, as one that cannot be right",
  },
  events: {
    win: "the code was broken",
    pegs: "the guess was marked",
    wrong_length: "the guess has too few or too many numbers; the turn is lost",
    out_of_range: "a number of the guess is out of range; the turn is lost",
    duplicate: "a number stands twice in the guess and cannot in the code; the turn is lost",
    repeat: "the guess was made before; the turn is lost",
    max_turns: "the last turn was played without breaking the code",
    format_error: "no guess was found in the action; the game is over",
  },
  styles: ["full", "compact"],
  returns: { min: -0.1, max: 1 },
  start: ({ config: shape, rng }) => ({ code: drawCode(shape, rng), guesses: [], best: 0 }),
  instructions,
  step(state, action, context) {
    const {
      config: { codeLength, maxTurns },
      turn,
      style,
    } = context;
    let marked: MarkedGuess | undefined;
    const say = (event: MastermindEvent): string =>
      style === "compact" ? compactly(event, marked) : explain(event, marked, state, context);

    const guess = lastBox(action, readNumbers);
    if (guess === undefined) {
      return { observation: say("format_error"), event: "format_error", reward: -0.1, terminated: true };
    }
    const refused = refusal(state, guess, context);
    let reward = 0;
    if (refused === undefined) {
      marked = markGuess(state.code, guess);
      state.guesses.push(marked);
      if (marked.black > state.best) {
        reward = (marked.black - state.best) / codeLength;
        state.best = marked.black;
      }
      if (marked.black === codeLength) {
        return { observation: say("win"), event: "win", reward, terminated: true, success: true };
      }
    }
    if (turn >= maxTurns) return { observation: say("max_turns"), event: "max_turns", reward, terminated: true };
    const event = refused ?? "pegs";
    return { observation: say(event), event, reward };
  },
  randomAction: ({ config: shape, rng }) => boxed(drawCode(shape, rng).join(" ")),
  informedAction: ({ state, config: shape, rng }) => boxed(drawConsistentCode(shape, state.guesses, rng).join(" ")),
  oracle: ({ state }) => boxed(state.code.join(" ")),
  render({ state, config: { codeLength, numbers, duplicates, maxTurns }, turn }) {
    const width = String(numbers).length;
    const rows = state.guesses.map((guess, index) => {
      const shown = guess.numbers.map((number) => String(number).padStart(width)).join(" ");
      const pegs =
        "●".repeat(guess.black) + "○".repeat(guess.white) + "·".repeat(codeLength - guess.black - guess.white);
      return `${String(index + 1).padStart(4)}.  ${shown}   ${pegs}`;
    });
    const doubles = duplicates ? ", doubles allowed" : "";
    return [
      `Mastermind: ${codeLength} numbers from 1 to ${numbers}${doubles}, turn ${turn} of ${maxTurns}`,
      ...rows,
    ].join("\n");
  },
});
