import { definePack, type EnvPack } from "@gem-ts/core";
import { guessTheNumber } from "./guess-the-number.ts";
import { mastermind } from "./mastermind.ts";
import { sudoku } from "./sudoku.ts";
import { towerOfHanoi } from "./tower-of-hanoi.ts";

/** GEM's language games. */
export const games: EnvPack<readonly [typeof guessTheNumber, typeof mastermind, typeof towerOfHanoi, typeof sudoku]> =
  definePack({
    name: "@gem-ts/envs-games",
    summary: "Language games: number guessing, codes, towers and grids.",
    envs: [guessTheNumber, mastermind, towerOfHanoi, sudoku],
  });
