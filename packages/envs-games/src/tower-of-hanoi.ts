import { defineEnv, type EnvContext, type EnvDefinition, type EnvStateContext } from "@gem-ts/core";
import { z } from "zod";
import { boxed, type BoxReader, closesAt, lastBox, skipSpaces } from "./box.ts";
import { type HanoiMove, MOVES, nextMove, REAL_MOVES, TOWER_NAMES, type Towers } from "./hanoi-towers.ts";

export interface TowerOfHanoiConfig {
  readonly disks: number;
  readonly maxTurns: number;
  /** v0: a move from a tower to itself is a legal move that changes nothing. */
  readonly allowSameTower: boolean;
}

export interface TowerOfHanoiState {
  readonly towers: Towers;
}

export type TowerOfHanoiEvent =
  | "win"
  | "moved"
  | "empty_source"
  | "same_tower"
  | "larger"
  | "max_turns"
  | "format_error";

export type TowerOfHanoiVariant = "v0-easy" | "v0-hard" | "v0-random" | "v1-easy" | "v1-hard" | "v1-random";

type Context = EnvContext<TowerOfHanoiConfig>;
type StateContext = EnvStateContext<TowerOfHanoiConfig, TowerOfHanoiState>;

const config: z.ZodType<TowerOfHanoiConfig> = z.object({
  disks: z.int().min(1).max(64),
  maxTurns: z.int().positive(),
  allowSameTower: z.boolean(),
});

const EASY = { disks: 3, maxTurns: 10 };
const MEDIUM = { disks: 4, maxTurns: 20 };
const HARD = { disks: 5, maxTurns: 35 };
const V0 = { allowSameTower: true };
const V1 = { allowSameTower: false };

const COMMA = 0x2c;

/** Two letters A to C of either case, with white space and one comma between them or not. */
const readMove: BoxReader<HanoiMove> = (text, start) => {
  const from = towerAt(text, start);
  if (from < 0) return undefined;
  let at = skipSpaces(text, start + 1);
  if (text.charCodeAt(at) === COMMA) at = skipSpaces(text, at + 1);
  const to = towerAt(text, at);
  return to >= 0 && closesAt(text, at + 1) ? MOVES[3 * from + to] : undefined;
};

function towerAt(text: string, at: number): number {
  const letter = (text.charCodeAt(at) & ~0x20) - 0x41;
  return letter >= 0 && letter <= 2 ? letter : -1;
}

/** Makes the move when it is legal and says what came of it. Order of the checks as in GEM. */
function play(
  { towers }: TowerOfHanoiState,
  { from, to }: HanoiMove,
  { disks, allowSameTower }: TowerOfHanoiConfig,
): TowerOfHanoiEvent {
  const source = towers[from];
  const target = towers[to];
  const disk = source.at(-1);
  if (disk === undefined) return "empty_source";
  if (from === to && !allowSameTower) return "same_tower";
  if (disk > (target.at(-1) ?? disk)) return "larger";
  source.pop();
  target.push(disk);
  return isComplete(towers.C, disks) ? "win" : "moved";
}

function isComplete(tower: readonly number[], disks: number): boolean {
  return tower.length === disks && tower.every((disk, index) => disk === disks - index);
}

/** `A 3 2 1 B C` */
function onOneLine({ towers }: TowerOfHanoiState): string {
  let line = "A";
  for (const disk of towers.A) line += ` ${disk}`;
  line += " B";
  for (const disk of towers.B) line += ` ${disk}`;
  line += " C";
  for (const disk of towers.C) line += ` ${disk}`;
  return line;
}

/** One tower a line, bottom first. */
function onThreeLines({ towers }: TowerOfHanoiState): string {
  return `A: ${towers.A.join(" ") || "empty"}\nB: ${towers.B.join(" ") || "empty"}\nC: ${towers.C.join(" ") || "empty"}`;
}

function compactly(event: TowerOfHanoiEvent, state: TowerOfHanoiState): string {
  switch (event) {
    case "moved":
      return onOneLine(state);
    case "empty_source":
      return `empty ${onOneLine(state)}`;
    case "same_tower":
      return `same ${onOneLine(state)}`;
    case "larger":
      return `larger ${onOneLine(state)}`;
    case "win":
      return "win";
    case "max_turns":
      return "over";
    case "format_error":
      return "format";
  }
}

function explain(
  event: TowerOfHanoiEvent,
  move: HanoiMove | undefined,
  state: TowerOfHanoiState,
  context: Context,
): string {
  const {
    turn,
    config: { disks, maxTurns },
  } = context;
  const told = `Turn ${turn} of ${maxTurns}: `;
  switch (event) {
    case "moved":
      return `${told}top disk taken from ${move?.from} to ${move?.to}.\n${onThreeLines(state)}`;
    case "empty_source":
      return `${told}there is no disk on ${move?.from} to take.\n${onThreeLines(state)}`;
    case "same_tower":
      return `${told}a disk must go to another tower.\n${onThreeLines(state)}`;
    case "larger":
      return `${told}the top disk of ${move?.from} is larger than that of ${move?.to} and must not lie on it.\n${onThreeLines(state)}`;
    case "win":
      return `${told}all ${disks} disks stand on C. You solved it!`;
    case "max_turns":
      return `${told}that was your last move, and ${state.towers.C.length} of ${disks} disks stand on C.`;
    case "format_error":
      return `${told}there is no move in your answer. The game ends here.`;
  }
}

function instructions({ state, config: { disks, maxTurns }, style, rng }: StateContext): string {
  if (style === "compact") return `hanoi turns ${maxTurns} ${onOneLine(state)}`;
  return `You have three towers, A, B and C, and ${disks} disks numbered by size, 1 being the smallest. Bring all disks to tower C within ${maxTurns} moves.

- A move takes the top disk of one tower to the top of another.
- A disk must never lie on a smaller one.
- A move that is not allowed leaves the disks where they are and uses up a turn.
- Write the tower you take from and the tower you put on in a box, like this: ${boxMove(rng.pick(REAL_MOVES))}. Think aloud as much as you wish; only the last such box counts. An answer without one ends the game.

The towers, each from its bottom to its top:
${onThreeLines(state)}

Your earlier moves stay in view below. What is your first move?`;
}

/** Nothing is hidden, so the informed player is the best one. */
function bestMove({ state, config: { disks } }: StateContext): string {
  return boxMove(nextMove(state.towers, disks) ?? REAL_MOVES[0]!);
}

function boxMove({ from, to }: HanoiMove): string {
  return boxed(`${from} ${to}`);
}

/** GEM's TowerofHanoi. v1 repairs section 7, item 33 of the behaviour notes: a move from a tower to itself. */
export const towerOfHanoi: EnvDefinition<
  "game:TowerofHanoi",
  TowerOfHanoiVariant,
  TowerOfHanoiConfig,
  TowerOfHanoiState,
  TowerOfHanoiEvent,
  "sync"
> = defineEnv({
  id: "game:TowerofHanoi",
  summary: "Carry a tower of disks over, one disk at a time, never a larger on a smaller.",
  config,
  variants: {
    "v0-easy": { ...EASY, ...V0 },
    "v0-hard": { ...HARD, ...V0 },
    "v0-random": ({ rng }) => ({ ...rng.pick([EASY, MEDIUM, HARD]), ...V0 }),
    "v1-easy": { ...EASY, ...V1 },
    "v1-hard": { ...HARD, ...V1 },
    "v1-random": ({ rng }) => ({ ...rng.pick([EASY, MEDIUM, HARD]), ...V1 }),
  },
  versions: {
    v0: "GEM's published rules: moving a disk from a tower to itself is a legal move that changes nothing",
    v1: "such a move is not allowed",
  },
  events: {
    win: "all disks stand on C",
    moved: "the disk was moved",
    empty_source: "there was no disk to take; the turn is lost",
    same_tower: "source and target are one tower; the turn is lost",
    larger: "the disk is larger than the one it would lie on; the turn is lost",
    max_turns: "the last turn was played; the share of the disks on C is paid",
    format_error: "no move was found in the action; the game is over",
  },
  styles: ["full", "compact"],
  fixedStart: true,
  returns: { min: -0.1, max: 1 },
  start: ({ config: { disks } }) => ({
    towers: { A: Array.from({ length: disks }, (_, index) => disks - index), B: [], C: [] },
  }),
  instructions,
  step(state, action, context) {
    const {
      config: { disks, maxTurns },
      turn,
      style,
    } = context;
    const move = lastBox(action, readMove);
    const say = (event: TowerOfHanoiEvent): string =>
      style === "compact" ? compactly(event, state) : explain(event, move, state, context);
    if (move === undefined) {
      return { observation: say("format_error"), event: "format_error", reward: -0.1, terminated: true };
    }
    const event = play(state, move, context.config);
    if (event === "win") return { observation: say(event), event, reward: 1, terminated: true, success: true };
    if (turn < maxTurns) return { observation: say(event), event };
    const reward = state.towers.C.length / disks;
    return { observation: say("max_turns"), event: "max_turns", reward, terminated: true };
  },
  randomAction: ({ rng }) => boxMove(rng.pick(REAL_MOVES)),
  informedAction: bestMove,
  oracle: bestMove,
  render({ state, config: { disks, maxTurns }, turn }) {
    const rows = Array.from({ length: disks }, (_, row) =>
      TOWER_NAMES.map((name) => picture(state.towers[name][disks - 1 - row], disks))
        .join(" ")
        .trimEnd(),
    );
    const feet = TOWER_NAMES.map((name) => picture(undefined, disks).replace("|", name))
      .join(" ")
      .trimEnd();
    return [`Tower of Hanoi, turn ${turn} of ${maxTurns}`, "", ...rows, feet].join("\n");
  },
});

/** One level of a tower: the pole, or a disk as wide as its size. */
function picture(disk: number | undefined, disks: number): string {
  const half = " ".repeat(disks + 1);
  if (disk === undefined) return `${half}|${half}`;
  const edge = " ".repeat(disks - disk + 1);
  return `${edge}${"▄".repeat(2 * disk + 1)}${edge}`;
}
