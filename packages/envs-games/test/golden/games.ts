import type { GuessTheNumberState, MastermindState, SudokuState, TowerOfHanoiState } from "../../src/index.ts";
import type { Json } from "@gem-ts/core";
import type { GoldenGame } from "./game.ts";

/** By the name of the golden file. */
export const GOLDEN_GAMES: Readonly<Record<string, GoldenGame>> = {
  GuessTheNumber: {
    id: "game:GuessTheNumber-v0-easy",
    overrides: (params) => ({ min: params["min_number"]!, max: params["max_number"]!, maxTurns: params["max_turns"]! }),
    state: ({ initial }) => ({ secret: initial["game_number"]!, guesses: [] }),
    view(state) {
      const { guesses } = state as unknown as GuessTheNumberState;
      return { state: { previous_guesses: guesses.toSorted((a, b) => a - b) } };
    },
  },

  Mastermind: {
    id: "game:Mastermind-v0-easy",
    overrides: (params) => ({
      codeLength: params["code_length"]!,
      numbers: params["num_numbers"]!,
      duplicates: params["duplicate_numbers"]!,
      maxTurns: params["max_turns"]!,
    }),
    state: ({ initial }) => ({ code: initial["game_code"]!, guesses: [], best: 0 }),
    view(state, before) {
      const { guesses, best } = state as unknown as MastermindState;
      const earlier = (before as unknown as MastermindState).guesses;
      const marked = guesses.length > earlier.length ? guesses.at(-1) : undefined;
      return {
        black: marked?.black ?? null,
        white: marked?.white ?? null,
        state: { milestone: best, num_previous: guesses.length },
      };
    },
  },

  TowerOfHanoi: {
    id: "game:TowerofHanoi-v0-easy",
    overrides: (params) => ({ disks: params["num_disks"]!, maxTurns: params["max_turns"]! }),
    state: ({ initial }) => ({ towers: initial["towers"]! }),
    view: (state) => ({ state: { towers: (state as unknown as TowerOfHanoiState).towers as unknown as Json } }),
  },

  Sudoku: {
    id: "game:Sudoku-v0-easy",
    overrides: (params) => ({ size: params["scale"]!, maxTurns: params["max_turns"]! }),
    state({ initial, params }) {
      const board = (initial["board"] as number[][]).flat();
      return {
        solution: (initial["full_grid"] as number[][]).flat(),
        board,
        blanks: params["init_num_empty"] ?? board.filter((digit) => digit === 0).length,
        wrong: board.map(() => 0),
      };
    },
    view(state) {
      const { board } = state as unknown as SudokuState;
      const size = Math.sqrt(board.length);
      return { state: { board: Array.from({ length: size }, (_, row) => board.slice(row * size, (row + 1) * size)) } };
    },
  },
};
