import { createRng, type Env, make } from "@gem-ts/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { games, type SudokuState } from "../src/index.ts";
import { FEWEST_CLUES, puzzleByAttempts, puzzleWithClues } from "../src/sudoku-puzzle.ts";
import { bitCount, Grid, type GridSize, randomGrid } from "../src/sudoku-grid.ts";
import { estimate, playEpisodes } from "./play.ts";

function on(board: number[], solution: number[], id: string): Env<"sync"> {
  const env = make(id, { packs: games, seed: 0 }) as Env<"sync">;
  env.reset();
  const blanks = board.filter((digit) => digit === 0).length;
  env.restore({ ...env.snapshot(), state: { solution, board, blanks, wrong: board.map(() => 0) } });
  return env;
}

function play(env: Env<"sync">, ...moves: string[]): [event: string, reward: number][] {
  return moves.map((move) => {
    const step = env.step(`\\boxed{${move}}`);
    return [step.info.event, step.reward];
  });
}

/** Counts solutions by plain trial, up to a limit; shares nothing with the generator. */
function countSolutions(board: readonly number[], size: number, limit: number): number {
  const cells = [...board];
  const side = Math.sqrt(size);
  const fits = (cell: number, digit: number): boolean =>
    cells.every(
      (other, at) =>
        other !== digit ||
        !(
          Math.floor(at / size) === Math.floor(cell / size) ||
          at % size === cell % size ||
          (Math.floor(at / size / side) === Math.floor(cell / size / side) &&
            Math.floor((at % size) / side) === Math.floor((cell % size) / side))
        ),
    );
  const count = (): number => {
    let best = -1;
    let digits: number[] = [];
    for (const [cell, digit] of cells.entries()) {
      if (digit !== 0) continue;
      const open = Array.from({ length: size }, (_, index) => index + 1).filter((candidate) => fits(cell, candidate));
      if (best >= 0 && open.length >= digits.length) continue;
      best = cell;
      digits = open;
    }
    if (best < 0) return 1;
    let found = 0;
    for (const digit of digits) {
      cells[best] = digit;
      found += count();
      cells[best] = 0;
      if (found >= limit) break;
    }
    return found;
  };
  return count();
}

const clueCount = (board: readonly number[]): number => board.filter((digit) => digit !== 0).length;

test("a full grid keeps the rules", () => {
  for (const size of [4, 9] as const) {
    for (let seed = 0; seed < 200; seed++) {
      const grid = randomGrid(size, createRng(seed));
      expect(countSolutions(grid, size, 2)).toBe(1);
      for (let cell = 0; cell < grid.length; cell++) {
        const without = grid.with(cell, 0);
        expect(new Grid(size, without).candidates(cell)).toBe(1 << grid[cell]!);
      }
    }
  }
});

test("a v1 puzzle has the stated clues and exactly one solution", () => {
  const shapes = fc.constantFrom<[GridSize, number]>([4, FEWEST_CLUES[4]], [4, 7], [4, 15], [9, 30], [9, 34], [9, 50]);
  fc.assert(
    fc.property(shapes, fc.nat(), ([size, clues], seed) => {
      const { board, solution } = puzzleWithClues(size, clues, createRng(seed));
      expect(clueCount(board)).toBe(clues);
      expect(countSolutions(board, size, 2)).toBe(1);
      expect(board.every((digit, cell) => digit === 0 || digit === solution[cell])).toBe(true);
    }),
    { numRuns: 120, seed: 5 },
  );
  expect(clueCount(puzzleWithClues(9, FEWEST_CLUES[9], createRng(1)).board)).toBe(FEWEST_CLUES[9]);
});

test("a v0 puzzle has exactly one solution and as many empty cells as GEM's", () => {
  const empties = (size: GridSize, attempts: number, count: number): number[] =>
    Array.from({ length: count }, (_, seed) => {
      const { board } = puzzleByAttempts(size, attempts, createRng(seed));
      if (seed % 20 === 0) expect(countSolutions(board, size, 2)).toBe(1);
      return size * size - clueCount(board);
    });
  // GEM's rule in plain Python gave 7 empty cells in 0.05 %, 8 in 4.9 %, 9 in 47.2 % and 10 in 47.8 % of 10,000 puzzles.
  const easy = empties(4, 10, 4000);
  for (const [count, share] of [
    [7, 0.0005],
    [8, 0.049],
    [9, 0.472],
    [10, 0.478],
  ] as const) {
    expect(Math.abs(easy.filter((empty) => empty === count).length / 4000 - share)).toBeLessThan(0.035);
  }
  expect(Math.min(...easy)).toBeGreaterThanOrEqual(7);
  expect(estimate(easy).mean).toBeCloseTo(9.39, 1);
  const hard = empties(9, 50, 1000);
  expect(hard.filter((empty) => empty < 45 || empty > 50).length / 1000).toBeLessThan(0.04);
  expect(Math.abs(estimate(hard).mean - 47)).toBeLessThan(0.4);
});

test("a random variant is easy or hard", () => {
  for (const version of ["v0", "v1"]) {
    const env = make(`game:Sudoku-${version}-random`, { packs: games, seed: 1 }) as Env<"sync">;
    const sizes = Array.from({ length: 200 }, () => {
      env.reset();
      return (env.config as { size: number }).size;
    });
    expect(Math.abs(sizes.filter((size) => size === 4).length - 100)).toBeLessThan(36);
  }
});

const SOLUTION = [1, 4, 2, 3, 2, 3, 4, 1, 3, 2, 1, 4, 4, 1, 3, 2];
const BOARD = [0, 4, 2, 3, 2, 0, 0, 0, 0, 2, 0, 4, 0, 1, 0, 0];

test("range is checked before the cell, and the cell before the digit", () => {
  expect(
    play(on([...BOARD], SOLUTION, "game:Sudoku-v0-easy"), "0 2 1", "1 5 1", "1 2 9", "1 2 1", "1 1 2", "1 1 1"),
  ).toEqual([
    ["out_of_bounds", 0],
    ["out_of_bounds", 0],
    ["out_of_bounds", 0],
    ["filled", 0],
    ["wrong", 0],
    ["correct", 1 / 9],
  ]);
});

test("v1 tells a clash from a dead end", () => {
  // 4 stands in row 1 and 1 in column 2; 1 in row 2, column 3 breaks no rule yet.
  const moves = ["1 1 4", "2 2 1", "2 3 1"];
  const v0 = play(on([...BOARD], SOLUTION, "game:Sudoku-v0-easy"), ...moves);
  expect(v0.map(([event]) => event)).toEqual(["wrong", "wrong", "wrong"]);
  const v1 = play(on([...BOARD], SOLUTION, "game:Sudoku-v1-easy"), ...moves);
  expect(v1.map(([event]) => event)).toEqual(["conflict", "conflict", "wrong"]);
});

test("v1 takes any solution of a board that has several, v0 only the stored one", () => {
  const board = SOLUTION.map((digit) => (digit === 1 || digit === 2 ? 0 : digit));
  const swapped = SOLUTION.map((digit) => (digit === 1 ? 2 : digit === 2 ? 1 : digit));
  expect(countSolutions(board, 4, 9)).toBeGreaterThan(1);
  expect(play(on([...board], SOLUTION, "game:Sudoku-v0-easy"), "1 1 2")[0]![0]).toBe("wrong");
  const env = on([...board], SOLUTION, "game:Sudoku-v1-easy");
  expect(play(env, "1 1 2")).toEqual([["correct", 1 / 8]]);
  let last;
  do last = env.step(env.oracle()!);
  while (!last.terminated);
  expect(last.info.event).toBe("win");
  expect([...(env.snapshot().state as unknown as SudokuState).board]).toEqual(swapped);
});

test("filling every cell rightly returns 1", () => {
  for (const id of ["v0-easy", "v0-hard", "v1-easy", "v1-hard"]) {
    for (const { success, total } of playEpisodes(`game:Sudoku-${id}`, "oracle", 20, 1)) {
      expect(success).toBe(true);
      expect(total).toBeCloseTo(1, 12);
    }
  }
});

test("informed play makes legal moves into empty cells and never tries twice what was wrong", () => {
  const env = make("game:Sudoku-v0-hard", { packs: games, seed: 3 });
  for (let episode = 0; episode < 20; episode++) {
    env.reset();
    const tried = new Set<string>();
    while (env.status === "running") {
      const { board } = env.snapshot().state as unknown as SudokuState;
      const action = env.informedAction()!;
      const [row, column, digit] = action.match(/\d+/g)!.map(Number) as [number, number, number];
      const cell = 9 * (row - 1) + column - 1;
      const grid = new Grid(9, board);
      expect(board[cell]).toBe(0);
      expect(grid.candidates(cell) & (1 << digit)).not.toBe(0);
      expect(tried.has(action)).toBe(false);
      tried.add(action);
      const forced = grid.empty().filter((other) => bitCount(grid.candidates(other)) === 1);
      const { event } = env.step(action).info;
      if (bitCount(grid.candidates(cell)) === 1) expect(event).not.toBe("wrong");
      else expect(forced).toEqual([]);
    }
  }
});

test("too few or too many clues are refused with the reason", () => {
  expect(() => make("game:Sudoku-v1-hard", { packs: games, overrides: { clues: 17 } }).reset()).toThrow(
    /at least 5 of 16 or 25 of 81/,
  );
  expect(() => make("game:Sudoku-v1-easy", { packs: games, overrides: { clues: 16 } }).reset()).toThrow(
    /leave an empty cell/,
  );
  expect(() => make("game:Sudoku-v0-easy", { packs: games, overrides: { size: 6 } }).reset()).toThrow(/size/);
});

test("people see the grid", () => {
  const env = on([...BOARD], SOLUTION, "game:Sudoku-v0-easy");
  play(env, "1 1 1");
  expect(env.render()).toMatchInlineSnapshot(`
    "Sudoku, turn 1 of 15, 8 of 9 cells to fill

         1 2   3 4
      1  1 4 | 2 3
      2  2 . | . .
         ----+----
      3  . 2 | . 4
      4  . 1 | . ."
  `);
});
