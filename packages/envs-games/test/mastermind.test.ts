import { createRng, type Env, make } from "@gem-ts/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { games, type MastermindState } from "../src/index.ts";
import { drawCode, drawConsistentCode, hasDuplicates, markGuess } from "../src/mastermind-code.ts";
import { playEpisodes } from "./play.ts";

function against(code: number[], id = "game:Mastermind-v0-hard", overrides = {}): Env<"sync"> {
  const env = make(id, { packs: games, overrides, seed: 0 }) as Env<"sync">;
  env.reset();
  env.restore({ ...env.snapshot(), state: { code, guesses: [], best: 0 } });
  return env;
}

function play(env: Env<"sync">, ...guesses: string[]): [event: string, reward: number][] {
  return guesses.map((guess) => {
    const step = env.step(`\\boxed{${guess}}`);
    return [step.info.event, step.reward];
  });
}

/** The textbook's definition: pegs in all are the smaller count of each number, summed. */
function byCounting(code: readonly number[], guess: readonly number[]): { black: number; white: number } {
  const count = (numbers: readonly number[], number: number): number =>
    numbers.filter((other) => other === number).length;
  const black = code.filter((number, place) => guess[place] === number).length;
  const shared = [...new Set(code)].reduce(
    (sum, number) => sum + Math.min(count(code, number), count(guess, number)),
    0,
  );
  return { black, white: shared - black };
}

test("pegs agree with counting", () => {
  const codes = fc.integer({ min: 1, max: 8 }).chain((length) => {
    const code = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: length, maxLength: length });
    return fc.tuple(code, code);
  });
  fc.assert(
    fc.property(codes, ([code, guess]) => {
      expect(markGuess(code, guess)).toEqual({ numbers: guess, ...byCounting(code, guess) });
    }),
    { numRuns: 3000, seed: 1 },
  );
});

test("only a new best number of black pegs pays", () => {
  const env = against([1, 2, 3, 4]);
  expect(play(env, "1 2 5 6", "5 6 7 8", "1 5 6 7", "1 2 3 5", "1 2 3 4")).toEqual([
    ["pegs", 0.5],
    ["pegs", 0],
    ["pegs", 0],
    ["pegs", 0.25],
    ["win", 0.25],
  ]);
});

test("length is checked before range, and range before repeats", () => {
  const env = against([1, 2, 3, 4], "game:Mastermind-v0-hard", { maxTurns: 8 });
  expect(
    play(env, "9 9 9", "0 1 2 3", "1 2 3 9", "1 2 4 3", "1 2 4 3", "1 1 1 1", "12", "5 5 5 5").map(([event]) => event),
  ).toEqual(["wrong_length", "out_of_range", "out_of_range", "pegs", "repeat", "pegs", "wrong_length", "max_turns"]);
});

test("v1 refuses a number twice where no code has one, and only there", () => {
  expect(
    play(against([1, 2, 3, 4], "game:Mastermind-v1-hard"), "1 1 1 1", "1 2 3 9", "1 2 3 3", "1 2 3 4").map(
      ([event]) => event,
    ),
  ).toEqual(["duplicate", "out_of_range", "duplicate", "win"]);
  expect(
    play(against([1, 1, 3, 4], "game:Mastermind-v1-hard", { duplicates: true }), "1 1 1 1", "1 1 3 4").map(
      ([event]) => event,
    ),
  ).toEqual(["pegs", "win"]);
});

test("codes have no duplicates unless they may", () => {
  const rng = createRng(1);
  for (let i = 0; i < 500; i++) {
    expect(hasDuplicates(drawCode({ codeLength: 4, numbers: 6, duplicates: false }, rng))).toBe(false);
  }
  const free = Array.from({ length: 500 }, () => drawCode({ codeLength: 4, numbers: 6, duplicates: true }, rng));
  // 1 - 6*5*4*3 / 6^4 = 0.722 of them have a number twice
  expect(free.filter(hasDuplicates).length / 500).toBeCloseTo(0.722, 1);
});

test("informed play fits every answer so far", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 4, max: 8 }),
      fc.boolean(),
      fc.nat(),
      (codeLength, numbers, duplicates, seed) => {
        const env = make("game:Mastermind-v1-easy", {
          packs: games,
          overrides: { codeLength, numbers, duplicates, maxTurns: 40 },
          seed,
        }) as Env<"sync">;
        env.reset();
        while (env.status === "running") {
          const { guesses } = env.snapshot().state as unknown as MastermindState;
          const action = env.informedAction()!;
          const code = action.match(/\d+/g)!.map(Number);
          for (const { numbers: earlier, black, white } of guesses)
            expect(byCounting(code, earlier)).toEqual({ black, white });
          if (env.step(action).info.success !== undefined) break;
        }
      },
    ),
    { numRuns: 150, seed: 3 },
  );
  expect(playEpisodes("game:Mastermind-v1-hard", "informed", 100, 1).every(({ success }) => success)).toBe(true);
});

test("informed play draws evenly from the codes that fit", () => {
  const shape = { codeLength: 3, numbers: 4, duplicates: false };
  const guesses = [markGuess([1, 2, 3], [1, 3, 4])];
  const fitting = new Map<string, number>();
  for (let a = 1; a <= 4; a++)
    for (let b = 1; b <= 4; b++)
      for (let c = 1; c <= 4; c++) {
        const code = [a, b, c];
        const { black, white } = byCounting(code, [1, 3, 4]);
        if (!hasDuplicates(code) && black === 1 && white === 1) fitting.set(code.join(" "), 0);
      }
  const draws = 600 * fitting.size;
  const rng = createRng(5);
  for (let i = 0; i < draws; i++) {
    const code = drawConsistentCode(shape, guesses, rng).join(" ");
    expect(fitting.has(code)).toBe(true);
    fitting.set(code, fitting.get(code)! + 1);
  }
  // chi-squared; five standard deviations above its mean
  const statistic = [...fitting.values()].reduce((sum, count) => sum + (count - 600) ** 2 / 600, 0);
  const freedom = fitting.size - 1;
  expect(statistic).toBeLessThan(freedom + 5 * Math.sqrt(2 * freedom));
});

test("informed play in a shape too large to list is still quick and legal", () => {
  const env = against([5, 1, 9, 9, 2, 7, 3, 8, 8, 1, 4, 6], "game:Mastermind-v0-hard", {
    codeLength: 12,
    numbers: 9,
    duplicates: true,
  });
  play(env, "1 2 3 4 5 6 7 8 9 1 2 3", "9 8 7 6 5 4 3 2 1 9 8 7");
  const start = performance.now();
  expect(play(env, env.informedAction()!.slice("\\boxed{".length, -1))[0]![0]).toBe("pegs");
  expect(performance.now() - start).toBeLessThan(1000);
});

test("a random variant is one of GEM's three", () => {
  const env = make("game:Mastermind-v0-random", { packs: games, seed: 1 });
  const seen = new Set<string>();
  for (let i = 0; i < 100; i++) {
    env.reset();
    const { codeLength, numbers, maxTurns } = env.config as { codeLength: number; numbers: number; maxTurns: number };
    seen.add(`${codeLength} ${numbers} ${maxTurns}`);
  }
  expect([...seen].sort()).toEqual(["2 4 10", "4 6 20", "4 8 30"]);
});

test("people see guesses and pegs", () => {
  const env = against([1, 2, 3, 4]);
  play(env, "1 3 5 6", "4 3 2 1");
  expect(env.render()).toMatchInlineSnapshot(`
    "Mastermind: 4 numbers from 1 to 8, turn 2 of 30
       1.  1 3 5 6   ●○··
       2.  4 3 2 1   ○○○○"
  `);
});
