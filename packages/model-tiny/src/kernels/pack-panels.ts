/**
 * Packs a row-major matrix `[depth, columns]` that starts at `offset` in `from` into panels of eight columns:
 * `to[panel][row][column of panel]`. `columns` is a multiple of 8.
 */
export function packPanels(from: Float32Array, offset: number, depth: number, columns: number, to: Float32Array): void {
  let next = 0;
  for (let column = 0; column < columns; column += 8) {
    let at = offset + column;
    for (let row = 0; row < depth; row++) {
      for (let i = 0; i < 8; i++) to[next + i] = from[at + i]!;
      next += 8;
      at += columns;
    }
  }
}

/** As {@link packPanels} for the transpose of a row-major matrix `[columns, depth]`. */
export function packPanelsTransposed(
  from: Float32Array,
  offset: number,
  columns: number,
  depth: number,
  to: Float32Array,
): void {
  let next = 0;
  for (let column = 0; column < columns; column += 8) {
    const at = offset + column * depth;
    for (let row = 0; row < depth; row++) {
      for (let i = 0; i < 8; i++) to[next + i] = from[at + i * depth + row]!;
      next += 8;
    }
  }
}
