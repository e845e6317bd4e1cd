import { type Env, make } from "@gem-ts/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { games, type GuessTheNumberConfig, type GuessTheNumberState } from "../src/index.ts";
import { feasibleRange } from "../src/guess-the-number.ts";
import { playEpisodes } from "./play.ts";

/** A game about a known number. */
function about(secret: number, id = "game:GuessTheNumber-v0-hard", overrides = {}): Env<"sync"> {
  const env = make(id, { packs: games, overrides, seed: 0 }) as Env<"sync">;
  env.reset();
  env.restore({ ...env.snapshot(), state: { secret, guesses: [] } });
  return env;
}

function play(env: Env<"sync">, ...guesses: (number | string)[]): [event: string, reward: number][] {
  return guesses.map((guess) => {
    const step = env.step(`\\boxed{${guess}}`);
    return [step.info.event, step.reward];
  });
}

test("hints lead to the number", () => {
  const env = about(37);
  expect(play(env, 25, 40, 25, 51, 37)).toEqual([
    ["higher", 0],
    ["lower", 0],
    ["repeat", 0],
    ["out_of_range", 0],
    ["win", 1],
  ]);
  expect(env.status).toBe("ended");
});

test("v0 pays a lost game for the nearness of its last guess, v1 does not", () => {
  expect(play(about(25, "game:GuessTheNumber-v0-hard", { maxTurns: 2 }), 24, 26)[1]).toEqual(["max_turns", 1 - 1 / 49]);
  expect(play(about(25, "game:GuessTheNumber-v0-hard", { maxTurns: 2 }), 24, 51)[1]).toEqual(["max_turns", 0]);
  expect(play(about(25, "game:GuessTheNumber-v0-hard", { maxTurns: 2 }), 20, 20)[1]).toEqual(["max_turns", 1 - 5 / 49]);
  expect(play(about(25, "game:GuessTheNumber-v1-hard", { maxTurns: 2 }), 24, 26)[1]).toEqual(["max_turns", 0]);
});

test("the guess 0 is a format error in v0 and a guess in v1", () => {
  expect(play(about(0, "game:GuessTheNumber-v0-easy", { min: 0 }), 0)).toEqual([["format_error", -0.1]]);
  expect(play(about(0, "game:GuessTheNumber-v0-easy", { min: 0 }), "000")).toEqual([["format_error", -0.1]]);
  expect(play(about(0, "game:GuessTheNumber-v1-easy", { min: 0 }), 3, 0)).toEqual([
    ["lower", 0],
    ["win", 1],
  ]);
  expect(play(about(5, "game:GuessTheNumber-v1-easy"), 0, "-1")).toEqual([
    ["out_of_range", 0],
    ["format_error", -0.1],
  ]);
});

test("a range of one number has no division by zero", () => {
  expect(play(about(5, "game:GuessTheNumber-v0-easy", { min: 5, max: 5, maxTurns: 1 }), 6)).toEqual([["max_turns", 0]]);
  expect(play(about(5, "game:GuessTheNumber-v0-easy", { min: 5, max: 5, maxTurns: 1 }), 5)).toEqual([["win", 1]]);
});

test("the variants that GEM removed are there", () => {
  const old = make("game:GuessTheNumber-v0", { packs: games });
  const patient = make("game:GuessTheNumber-v0-hard-no-max-turn", { packs: games });
  old.reset();
  patient.reset();
  expect(old.config).toMatchObject({ min: 1, max: 20, maxTurns: 10 });
  expect(patient.config).toMatchObject({ min: 1, max: 50, maxTurns: 50 });
});

test("a random variant draws its range and turns anew, within GEM's bounds", () => {
  const env = make("game:GuessTheNumber-v0-random", { packs: games, seed: 1 });
  const widths = new Set<number>();
  for (let i = 0; i < 2000; i++) {
    env.reset();
    const { min, max, maxTurns } = env.config as unknown as GuessTheNumberConfig;
    expect(min >= 1 && min <= 10 && max >= min + 5 && max <= min + 50).toBe(true);
    expect(maxTurns).toBe(Math.ceil(Math.sqrt(max - min)) + 1);
    widths.add(max - min);
  }
  expect(widths.size).toBe(46);
});

test("informed play stays within what the hints leave, and so never loses with a turn for each number", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 30 }),
      fc.nat({ max: 60 }),
      fc.nat(),
      fc.constantFrom("v0", "v1"),
      (min, width, seed, version) => {
        const max = Math.max(min + width, 1);
        const env = make(`game:GuessTheNumber-${version}-easy`, {
          packs: games,
          overrides: { min, max, maxTurns: width + 2 },
          seed,
        }) as Env<"sync">;
        env.reset();
        while (env.status === "running") {
          const { secret, guesses } = env.snapshot().state as unknown as GuessTheNumberState;
          if (version === "v0" && secret === 0) return;
          const [low, high] = feasibleRange({ secret, guesses }, env.config as unknown as GuessTheNumberConfig);
          const guess = Number(/\d+/.exec(env.informedAction()!)![0]);
          expect(guess >= low && guess <= high).toBe(true);
          if (env.step(`\\boxed{${guess}}`).terminated) return;
        }
      },
    ),
    { numRuns: 300, seed: 2 },
  );
  expect(
    playEpisodes("game:GuessTheNumber-v0-hard-no-max-turn", "informed", 500, 1).every(({ success }) => success),
  ).toBe(true);
});

test("a secret that v0 cannot be told still gets an action in the right form", () => {
  const env = about(0, "game:GuessTheNumber-v0-easy", { min: 0 });
  play(env, 1);
  expect(env.informedAction()).toBe("\\boxed{1}");
  const below = about(-3, "game:GuessTheNumber-v0-easy", { min: -5 });
  for (let i = 0; i < 50; i++) expect(below.randomAction()).toMatch(/^\\boxed\{([1-9]|10)\}$/);
});

test("people see the guesses and what is left", () => {
  const env = about(37);
  play(env, 25, 40);
  expect(env.render()).toMatchInlineSnapshot(`
    "Guess the number: 1 to 50, turn 2 of 7
       1.  25  look higher
       2.  40  look lower
    Left: 26 to 39"
  `);
});
