import type { Rng } from "@gem-ts/core";

/** Side of a grid: 4 with boxes of 2 by 2, or 9 with boxes of 3 by 3. */
export type GridSize = 4 | 9;

/** Digits of a grid, row by row; 0 is an empty cell. */
export type Cells = readonly number[];

/** Which row, column and box each cell lies in. */
interface Geometry {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly boxes: readonly number[];
}

const GEOMETRIES: Readonly<Record<GridSize, Geometry>> = { 4: geometry(4), 9: geometry(9) };

function geometry(size: GridSize): Geometry {
  const side = Math.sqrt(size);
  const rows = Array.from({ length: size * size }, (_, cell) => Math.floor(cell / size));
  const columns = rows.map((_, cell) => cell % size);
  const boxes = rows.map((row, cell) => Math.floor(row / side) * side + Math.floor(columns[cell]! / side));
  return { rows, columns, boxes };
}

/**
 * A grid that is being filled, with the digits each row, column and box still takes as the bits of an integer: bit d
 * for the digit d. Placing, taking back and asking cost a few operations on integers.
 */
export class Grid {
  readonly size: GridSize;
  readonly cells: number[];
  readonly #geometry: Geometry;
  readonly #rows: number[];
  readonly #columns: number[];
  readonly #boxes: number[];

  /** A grid with the digits of `cells`, which stay as they are. */
  constructor(size: GridSize, cells: Cells = []) {
    this.size = size;
    this.cells = Array.from({ length: size * size }, () => 0);
    this.#geometry = GEOMETRIES[size];
    const all = (2 << size) - 2;
    this.#rows = Array.from({ length: size }, () => all);
    this.#columns = [...this.#rows];
    this.#boxes = [...this.#rows];
    for (let cell = 0; cell < cells.length; cell++) if (cells[cell] !== 0) this.place(cell, cells[cell]!);
  }

  /** Writes a digit into an empty cell. */
  place(cell: number, digit: number): void {
    this.cells[cell] = digit;
    this.#toggle(cell, 1 << digit);
  }

  /** Empties a cell. */
  clear(cell: number): void {
    this.#toggle(cell, 1 << this.cells[cell]!);
    this.cells[cell] = 0;
  }

  /** The digits that neither row nor column nor box of an empty cell has, as bits. */
  candidates(cell: number): number {
    const { rows, columns, boxes } = this.#geometry;
    return this.#rows[rows[cell]!]! & this.#columns[columns[cell]!]! & this.#boxes[boxes[cell]!]!;
  }

  #toggle(cell: number, bit: number): void {
    const { rows, columns, boxes } = this.#geometry;
    this.#rows[rows[cell]!]! ^= bit;
    this.#columns[columns[cell]!]! ^= bit;
    this.#boxes[boxes[cell]!]! ^= bit;
  }

  /** The empty cells. */
  empty(): number[] {
    const empty: number[] = [];
    for (let cell = 0; cell < this.cells.length; cell++) if (this.cells[cell] === 0) empty.push(cell);
    return empty;
  }

  /** Fills the empty cells so that all rules hold, if that can be done; else leaves the grid as it was. */
  solve(): boolean {
    return this.#solve(this.empty(), 0);
  }

  /** Whether {@link solve} would succeed; leaves the grid as it was. */
  solvable(): boolean {
    const empty = this.empty();
    const solvable = this.#solve(empty, 0);
    if (solvable) for (const cell of empty) this.clear(cell);
    return solvable;
  }

  /** Depth first, the cell with the fewest candidates next. `empty` is reordered: its first `depth` cells are filled. */
  #solve(empty: number[], depth: number): boolean {
    if (depth === empty.length) return true;
    let best = depth;
    let fewest = 32;
    let open = 0;
    for (let i = depth; i < empty.length; i++) {
      const candidates = this.candidates(empty[i]!);
      const count = bitCount(candidates);
      if (count >= fewest) continue;
      best = i;
      fewest = count;
      open = candidates;
      if (count <= 1) break;
    }
    const cell = empty[best]!;
    empty[best] = empty[depth]!;
    empty[depth] = cell;
    for (; open !== 0; open &= open - 1) {
      this.place(cell, lowestDigit(open));
      if (this.#solve(empty, depth + 1)) return true;
      this.clear(cell);
    }
    return false;
  }
}

/**
 * A full grid: cells in reading order, each with a random digit that still fits, going back where none does. The same
 * distribution as GEM's.
 */
export function randomGrid(size: GridSize, rng: Rng): number[] {
  const grid = new Grid(size);
  fill(grid, 0, rng);
  return grid.cells;
}

function fill(grid: Grid, cell: number, rng: Rng): boolean {
  if (cell === grid.cells.length) return true;
  let open = grid.candidates(cell);
  while (open !== 0) {
    const digit = randomDigit(open, rng);
    grid.place(cell, digit);
    if (fill(grid, cell + 1, rng)) return true;
    grid.clear(cell);
    open ^= 1 << digit;
  }
  return false;
}

/** The number of set bits of a 16-bit integer. */
export function bitCount(bits: number): number {
  let rest = bits - ((bits >> 1) & 0x5555);
  rest = (rest & 0x3333) + ((rest >> 2) & 0x3333);
  rest = (rest + (rest >> 4)) & 0x0f0f;
  return (rest + (rest >> 8)) & 0x1f;
}

/** The lowest digit of a set of digits that is not empty. */
export function lowestDigit(digits: number): number {
  return 31 - Math.clz32(digits & -digits);
}

/** A digit drawn uniformly from a set of digits that is not empty. */
export function randomDigit(digits: number, rng: Rng): number {
  let rest = digits;
  for (let skip = rng.int(1, bitCount(digits)); skip > 1; skip--) rest &= rest - 1;
  return lowestDigit(rest);
}
