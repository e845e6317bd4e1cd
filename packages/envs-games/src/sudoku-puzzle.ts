import type { Rng } from "@gem-ts/core";
import { Grid, type GridSize, lowestDigit, randomGrid } from "./sudoku-grid.ts";

/** A puzzle with exactly one solution. */
export interface SudokuPuzzle {
  readonly solution: number[];
  readonly board: number[];
}

/**
 * GEM's generator: takes `attempts` random cells of a full grid in turn and empties each, unless the puzzle would get a
 * second solution. GEM calls `attempts` "clues", as if so many cells stayed (section 7, item 12).
 */
export function puzzleByAttempts(size: GridSize, attempts: number, rng: Rng): SudokuPuzzle {
  const solution = randomGrid(size, rng);
  const grid = new Grid(size, solution);
  const cells = rng.shuffle(Array.from(solution.keys()));
  for (let i = 0; i < attempts && i < cells.length; i++) tryToEmpty(grid, cells[i]!);
  return { solution, board: grid.cells };
}

/** A puzzle with exactly `clues` filled cells. {@link FEWEST_CLUES} says how few are found quickly. */
export function puzzleWithClues(size: GridSize, clues: number, rng: Rng): SudokuPuzzle {
  while (true) {
    const solution = randomGrid(size, rng);
    const grid = new Grid(size, solution);
    let filled = solution.length;
    for (const cell of rng.shuffle(Array.from(solution.keys()))) {
      if (filled === clues) break;
      if (tryToEmpty(grid, cell)) filled--;
    }
    if (filled === clues) return { solution, board: grid.cells };
  }
}

/** Fewest clues that emptying cells in random order reaches for every few grids. */
export const FEWEST_CLUES: Readonly<Record<GridSize, number>> = { 4: 5, 9: 25 };

/**
 * Empties a cell if the puzzle keeps one solution. As it had one before, any other solution has another digit in this
 * very cell, so it is enough to try those.
 */
function tryToEmpty(grid: Grid, cell: number): boolean {
  const digit = grid.cells[cell]!;
  grid.clear(cell);
  for (let others = grid.candidates(cell) ^ (1 << digit); others !== 0; others &= others - 1) {
    grid.place(cell, lowestDigit(others));
    const solvable = grid.solvable();
    grid.clear(cell);
    if (!solvable) continue;
    grid.place(cell, digit);
    return false;
  }
  return true;
}
