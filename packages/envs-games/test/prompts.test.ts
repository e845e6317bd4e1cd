import { type Env, make, type Style, textOf } from "@gem-ts/core";
import { expect, test } from "vitest";
import { games } from "../src/index.ts";

const GAMES = ["GuessTheNumber", "Mastermind", "TowerofHanoi", "Sudoku"];
const IDS = GAMES.flatMap((game) =>
  ["v0-easy", "v0-hard", "v0-random", "v1-easy", "v1-hard", "v1-random"].map((variant) => `game:${game}-${variant}`),
);

function open(id: string, style: Style, seed: number): { env: Env<"sync">; prompt: string } {
  const env = make(id, { packs: games, style, seed }) as Env<"sync">;
  return { env, prompt: textOf(env.reset({ seed }).observation) };
}

/** A word, a digit or a mark is one token. */
function countTokens(text: string): number {
  return text.match(/[A-Za-z]+|[0-9]|[^\sA-Za-z0-9]/g)?.length ?? 0;
}

test.for(IDS)("the instructions of %s show a valid move, drawn anew for each seed", (id) => {
  const examples = new Set<string>();
  for (let seed = 0; seed < 12; seed++) {
    const { env, prompt } = open(id, "full", seed);
    const boxes = prompt.match(/\\boxed\{[^}]*\}/g)!;
    expect(boxes).toHaveLength(1);
    examples.add(boxes[0]!);
    const { event } = env.step(boxes[0]!).info;
    expect(["format_error", "out_of_range", "out_of_bounds", "wrong_length", "duplicate", "same_tower"]).not.toContain(
      event,
    );
  }
  expect(examples.size).toBeGreaterThan(3);
});

test.for(GAMES)("an easy episode of %s in compact words fits into 170 tokens", (game) => {
  for (const version of ["v0", "v1"]) {
    for (const player of ["randomAction", "informedAction", "oracle"] as const) {
      for (let seed = 0; seed < 40; seed++) {
        const { env, prompt } = open(`game:${game}-${version}-easy`, "compact", seed);
        let tokens = countTokens(prompt);
        while (env.status === "running") {
          const action = env[player]()!;
          tokens += countTokens(action) + countTokens(textOf(env.step(action).observation));
        }
        expect(tokens).toBeLessThan(170);
      }
    }
  }
});

test.for(IDS)("compact words of %s are plain: ASCII words, digits and dots with single spaces", (id) => {
  for (let seed = 0; seed < 10; seed++) {
    const { env, prompt } = open(id, "compact", seed);
    const shown = [prompt];
    while (env.status === "running") shown.push(textOf(env.step(env.randomAction()).observation));
    for (const text of shown) expect(text).toMatch(/^([A-Za-z]+|\d+|\.)([ \n]([A-Za-z]+|\d+|\.))*$/);
  }
});

test("compact prompts say what the task is", () => {
  expect(open("game:GuessTheNumber-v0-hard", "compact", 1).prompt).toBe("guess 1 50 turns 7");
  expect(open("game:Mastermind-v0-easy", "compact", 1).prompt).toBe("mastermind 2 of 6 turns 10");
  const hanoi = open("game:TowerofHanoi-v0-easy", "compact", 1);
  expect(hanoi.prompt).toBe("hanoi turns 10 A 3 2 1 B C");
  expect(hanoi.env.step("\\boxed{A C}").observation).toBe("A 3 2 B C 1");
  expect(hanoi.env.step("\\boxed{A C}").observation).toBe("larger A 3 2 B C 1");
  expect(open("game:Sudoku-v0-easy", "compact", 1).prompt).toMatch(/^sudoku 4 turns 15(\n[.1-4]( [.1-4]){3}){4}$/);
});

test("full feedback says what happened in words", () => {
  const feedback = (id: string, action: string): string => textOf(open(id, "full", 1).env.step(action).observation);
  expect(feedback("game:GuessTheNumber-v0-hard", "\\boxed{51}")).toMatchInlineSnapshot(
    `"Turn 1 of 7: that number lies outside 1 to 50."`,
  );
  expect(feedback("game:Mastermind-v0-hard", "\\boxed{1 2 3 4}")).toMatchInlineSnapshot(
    `"Turn 1 of 30: 1 2 3 4 earns 0 black and 2 white."`,
  );
  expect(feedback("game:TowerofHanoi-v0-easy", "\\boxed{A C}")).toMatchInlineSnapshot(`
    "Turn 1 of 10: top disk taken from A to C.
    A: 3 2
    B: empty
    C: 1"
  `);
  expect(feedback("game:Sudoku-v0-easy", "\\boxed{1 1 5}")).toMatchInlineSnapshot(`
    "Turn 1 of 15: row, column and digit must each lie between 1 and 4.
    4 . | . .
    . . | . 2
    ----+----
    3 4 | 2 .
    . . | . 4"
  `);
  expect(feedback("game:Sudoku-v0-easy", "what?")).toMatchInlineSnapshot(
    `"Turn 1 of 15: there is no move in your answer. The game ends here."`,
  );
});
