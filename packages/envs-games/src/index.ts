export { games } from "./games.ts";
export {
  guessTheNumber,
  type GuessTheNumberConfig,
  type GuessTheNumberEvent,
  type GuessTheNumberState,
  type GuessTheNumberVariant,
} from "./guess-the-number.ts";
export {
  mastermind,
  type MastermindConfig,
  type MastermindEvent,
  type MastermindState,
  type MastermindVariant,
} from "./mastermind.ts";
export { type CodeShape, type MarkedGuess } from "./mastermind-code.ts";
export { type GridSize } from "./sudoku-grid.ts";
export { sudoku, type SudokuConfig, type SudokuEvent, type SudokuState, type SudokuVariant } from "./sudoku.ts";
export { type TowerName, type Towers } from "./hanoi-towers.ts";
export {
  towerOfHanoi,
  type TowerOfHanoiConfig,
  type TowerOfHanoiEvent,
  type TowerOfHanoiState,
  type TowerOfHanoiVariant,
} from "./tower-of-hanoi.ts";
