import { defineEnv, type EnvContext, type EnvDefinition, type EnvStateContext, type Rng } from "@gem-ts/core";
import { z } from "zod";
import { boxed, lastBox, numberReader } from "./box.ts";
import { inBoxes, inRows, withNumbers } from "./sudoku-drawing.ts";
import { bitCount, Grid, type GridSize, randomDigit } from "./sudoku-grid.ts";
import { FEWEST_CLUES, puzzleByAttempts, puzzleWithClues } from "./sudoku-puzzle.ts";

export interface SudokuConfig {
  readonly size: GridSize;
  /** v1: how many cells are filled at the start. v0: how many cells GEM's generator tries to empty. */
  readonly clues: number;
  /** v1: `clues` means what it says. v0: GEM's inverted reading. */
  readonly exactClues: boolean;
  /**
   * v0, `solution`: a digit is right when it is the one of the stored solution. v1, `rules`: when it breaks no rule and
   * the board can still be completed.
   */
  readonly judge: "solution" | "rules";
  readonly maxTurns: number;
}

export interface SudokuState {
  /** The board completed, row by row. */
  solution: number[];
  /** The board, row by row; 0 is an empty cell. */
  readonly board: number[];
  /** How many cells were empty at the start: a right digit pays its share. */
  readonly blanks: number;
  /** For each cell the digits that the player was told are wrong there, as bits: bit d for the digit d. */
  readonly wrong: number[];
}

export type SudokuEvent =
  | "win"
  | "correct"
  | "wrong"
  | "conflict"
  | "filled"
  | "out_of_bounds"
  | "max_turns"
  | "format_error";

export type SudokuVariant = "v0-easy" | "v0-hard" | "v0-random" | "v1-easy" | "v1-hard" | "v1-random";

type Context = EnvContext<SudokuConfig>;
type StateContext = EnvStateContext<SudokuConfig, SudokuState>;

const config: z.ZodType<SudokuConfig> = z
  .object({
    size: z.literal([4, 9]),
    clues: z.int().positive(),
    exactClues: z.boolean(),
    judge: z.enum(["solution", "rules"]),
    maxTurns: z.int().positive(),
  })
  .refine(({ size, clues }) => clues <= size * size, "there are not so many cells")
  .refine(
    ({ size, clues, exactClues }) => !exactClues || (clues >= FEWEST_CLUES[size] && clues < size * size),
    `exact clues must be at least ${FEWEST_CLUES[4]} of 16 or ${FEWEST_CLUES[9]} of 81, and leave an empty cell`,
  );

const V0 = { exactClues: false, judge: "solution" } as const;
const V1 = { exactClues: true, judge: "rules" } as const;
const EASY = { size: 4, clues: 10, maxTurns: 15, ...V0 } as const;
const HARD = { size: 9, clues: 50, maxTurns: 50, ...V0 } as const;
// As many clues as GEM's generator leaves in the mean, so that v1 is as hard as v0.
const EASY_V1 = { size: 4, clues: 7, maxTurns: 15, ...V1 } as const;
const HARD_V1 = { size: 9, clues: 34, maxTurns: 50, ...V1 } as const;

const readMove = numberReader({ count: 3, gap: "one" });

/** Writes a right digit onto the board and says what came of the move. Order of the checks as in GEM. */
function play(state: SudokuState, [row, column, digit]: readonly number[], { size, judge }: SudokuConfig): SudokuEvent {
  if (!isWithin(row!, size) || !isWithin(column!, size) || !isWithin(digit!, size)) return "out_of_bounds";
  const cell = (row! - 1) * size + column! - 1;
  const { board } = state;
  if (board[cell] !== 0) return "filled";
  if (state.solution[cell] !== digit) {
    const problem = judge === "solution" ? "wrong" : adopt(state, cell, digit!, size);
    if (problem !== undefined) {
      state.wrong[cell]! |= 1 << digit!;
      return problem;
    }
  }
  board[cell] = digit!;
  return isComplete(state) ? "win" : "correct";
}

function isWithin(number: number, size: number): boolean {
  return number >= 1 && number <= size;
}

function isComplete({ board, solution }: SudokuState): boolean {
  for (let cell = 0; cell < board.length; cell++) if (board[cell] !== solution[cell]) return false;
  return true;
}

/**
 * Makes a digit that is not in the stored solution part of one that fits the board, or says why there is none. Only a
 * board that was put there from outside has several solutions.
 */
function adopt(state: SudokuState, cell: number, digit: number, size: GridSize): "conflict" | "wrong" | undefined {
  const grid = new Grid(size, state.board);
  if ((grid.candidates(cell) & (1 << digit)) === 0) return "conflict";
  grid.place(cell, digit);
  if (!grid.solve()) return "wrong";
  state.solution = grid.cells;
  return undefined;
}

const COMPACT: Readonly<Record<SudokuEvent, string>> = {
  win: "win",
  correct: "right",
  wrong: "wrong",
  conflict: "wrong",
  filled: "taken",
  out_of_bounds: "outside",
  max_turns: "over",
  format_error: "format",
};

function explain(
  event: SudokuEvent,
  move: readonly number[] | undefined,
  state: SudokuState,
  context: Context,
): string {
  const {
    turn,
    config: { size, maxTurns },
  } = context;
  const told = `Turn ${turn} of ${maxTurns}: `;
  const place = move === undefined ? "" : `row ${move[0]}, column ${move[1]}`;
  switch (event) {
    case "correct":
      return `${told}${move?.[2]} is right in ${place}.\n${inBoxes(state.board, size)}`;
    case "wrong":
      return `${told}${move?.[2]} does not lead to a solution in ${place}.\n${inBoxes(state.board, size)}`;
    case "conflict":
      return `${told}${move?.[2]} stands already in the row, column or box of ${place}.\n${inBoxes(state.board, size)}`;
    case "filled":
      return `${told}${place} is not empty, and nothing can be overwritten.\n${inBoxes(state.board, size)}`;
    case "out_of_bounds":
      return `${told}row, column and digit must each lie between 1 and ${size}.\n${inBoxes(state.board, size)}`;
    case "win":
      return `${told}every cell is filled. You solved it!`;
    case "max_turns":
      return `${told}that was your last move, and the grid is not complete.`;
    case "format_error":
      return `${told}there is no move in your answer. The game ends here.`;
  }
}

function instructions({ state, config: { size, maxTurns }, style, rng }: StateContext): string {
  if (style === "compact") return `sudoku ${size} turns ${maxTurns}\n${inRows(state.board, size)}`;
  const side = Math.sqrt(size);
  const example = boxed(`${rng.int(1, size)} ${rng.int(1, size)} ${rng.int(1, size)}`);
  return `You have a Sudoku of ${size} rows and ${size} columns before you, with some of its cells filled. Complete it within ${maxTurns} moves.

- Each row, each column and each box of ${side} by ${side} cells has to hold the digits 1 to ${size}, every one of them once.
- A move writes one digit into one empty cell. A wrong digit is not written, and neither is one into a cell that is filled; both use up a turn.
- There is one solution.
- Write row, column and digit, counted from 1 and with one space between them, in a box, like this: ${example}. Think aloud as much as you wish; only the last such box counts. An answer without one ends the game.

The grid, a dot for each empty cell:
${inBoxes(state.board, size)}

Your earlier moves stay in view below. What is your first move?`;
}

/** A move that the rules and all answers so far allow, one that is forced before any other. */
function drawInformedMove({ board, wrong }: SudokuState, size: GridSize, rng: Rng): string | undefined {
  const grid = new Grid(size, board);
  const open: number[] = [];
  const forced: number[] = [];
  for (const cell of grid.empty()) {
    const count = bitCount(grid.candidates(cell) & ~wrong[cell]!);
    if (count > 0) open.push(cell);
    if (count === 1) forced.push(cell);
  }
  const choice = forced.length > 0 ? forced : open;
  if (choice.length === 0) return undefined;
  const cell = rng.pick(choice);
  return boxMove(cell, randomDigit(grid.candidates(cell) & ~wrong[cell]!, rng), size);
}

function boxMove(cell: number, digit: number, size: number): string {
  return boxed(`${Math.floor(cell / size) + 1} ${(cell % size) + 1} ${digit}`);
}

function drawMove({ config: { size }, rng }: StateContext): string {
  return boxMove(rng.int(0, size * size - 1), rng.int(1, size), size);
}

/** GEM's Sudoku. v1 repairs section 7, items 12 and 33 of the behaviour notes: the clues, and what counts as right. */
export const sudoku: EnvDefinition<"game:Sudoku", SudokuVariant, SudokuConfig, SudokuState, SudokuEvent, "sync"> =
  defineEnv({
    id: "game:Sudoku",
    summary: "Fill a grid so that no digit stands twice in a row, column or box.",
    config,
    variants: {
      "v0-easy": EASY,
      "v0-hard": HARD,
      "v0-random": ({ rng }) => rng.pick([EASY, HARD]),
      "v1-easy": EASY_V1,
      "v1-hard": HARD_V1,
      "v1-random": ({ rng }) => rng.pick([EASY_V1, HARD_V1]),
    },
    versions: {
      v0: "GEM's published rules: `clues` is how many cells the generator tries to empty, and only the stored solution is right",
      v1: "`clues` cells are filled at the start; a digit is right when the board can still be completed with it, and a clash is told from a dead end",
    },
    events: {
      win: "the grid is complete",
      correct: "the digit is right and was written",
      wrong: "the digit is not part of a solution; the turn is lost",
      conflict: "the digit stands already in the row, column or box (v1); the turn is lost",
      filled: "the cell is not empty; the turn is lost",
      out_of_bounds: "row, column or digit is out of range; the turn is lost",
      max_turns: "the last turn was played and the grid is not complete",
      format_error: "no move was found in the action; the game is over",
    },
    styles: ["full", "compact"],
    returns: { min: -0.1, max: 1 },
    start({ config: { size, clues, exactClues }, rng }) {
      const make = exactClues ? puzzleWithClues : puzzleByAttempts;
      const { solution, board } = make(size, clues, rng);
      const blanks = board.reduce((sum, digit) => sum + (digit === 0 ? 1 : 0), 0);
      return { solution, board, blanks, wrong: board.map(() => 0) };
    },
    instructions,
    step(state, action, context) {
      const {
        config: { maxTurns },
        turn,
        style,
      } = context;
      const move = lastBox(action, readMove);
      const say = (event: SudokuEvent): string =>
        style === "compact" ? COMPACT[event] : explain(event, move, state, context);
      if (move === undefined) {
        return { observation: say("format_error"), event: "format_error", reward: -0.1, terminated: true };
      }
      const event = play(state, move, context.config);
      const reward = event === "correct" || event === "win" ? 1 / state.blanks : 0;
      if (event === "win") return { observation: say(event), event, reward, terminated: true, success: true };
      if (turn < maxTurns) return { observation: say(event), event, reward };
      return { observation: say("max_turns"), event: "max_turns", reward, terminated: true };
    },
    randomAction: drawMove,
    informedAction: (context) => drawInformedMove(context.state, context.config.size, context.rng) ?? drawMove(context),
    oracle(context) {
      const {
        state: { board, solution },
        config: { size },
      } = context;
      const cell = board.indexOf(0);
      return cell < 0 ? drawMove(context) : boxMove(cell, solution[cell]!, size);
    },
    render({ state, config: { size, maxTurns }, turn }) {
      const left = state.board.filter((digit) => digit === 0).length;
      const title = `Sudoku, turn ${turn} of ${maxTurns}, ${left} of ${state.blanks} cells to fill`;
      return `${title}\n\n${withNumbers(inBoxes(state.board, size))}`;
    },
  });
