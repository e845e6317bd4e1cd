import type { Cells, GridSize } from "./sudoku-grid.ts";

/** Rows of digits, a dot for an empty cell. */
export function inRows(board: Cells, size: GridSize): string {
  let text = "";
  for (let cell = 0; cell < board.length; cell++) {
    if (cell > 0) text += cell % size === 0 ? "\n" : " ";
    text += board[cell] === 0 ? "." : board[cell];
  }
  return text;
}

const RULES: Readonly<Record<GridSize, string>> = { 4: "----+----", 9: "------+-------+------" };

/** Rows of digits with lines between the boxes. */
export function inBoxes(board: Cells, size: GridSize): string {
  const side = Math.sqrt(size);
  let text = "";
  for (let cell = 0; cell < board.length; cell++) {
    const column = cell % size;
    if (column === 0) {
      const row = cell / size;
      if (row > 0) text += "\n";
      if (row > 0 && row % side === 0) text += `${RULES[size]}\n`;
    } else {
      text += column % side === 0 ? " | " : " ";
    }
    text += board[cell] === 0 ? "." : board[cell];
  }
  return text;
}

/** A drawing by {@link inBoxes} with the numbers of its rows and columns around it. */
export function withNumbers(drawing: string): string {
  const lines = drawing.split("\n");
  let row = 0;
  let column = 0;
  const head = lines[0]!.replaceAll("|", " ").replaceAll(/[\d.]/g, () => String(++column));
  const body = lines.map((line) => (line.startsWith("-") ? `     ${line}` : `  ${++row}  ${line}`));
  return [`     ${head}`, ...body].join("\n");
}
