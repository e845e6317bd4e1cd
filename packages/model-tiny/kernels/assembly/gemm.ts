import { tile1x32, tile2x16, tile3x8, tile4x8, tile5x8, tile6x8 } from "./gemm-tiles";

/**
 * `C = A W` on packed weights. `A` is `[rows, depth]` with `strideA` floats between rows, `C` is `[rows, 8 * panels]`
 * with `strideC` floats between rows, `W` is `panels` panels of eight columns, each `[depth, 8]`, one after another.
 * `rows >= 1`; `depth` and `panels` are multiples of 4.
 *
 * `mode` 0 stores, 1 adds to `C`, 2 stores `max(0, A W)`.
 *
 * Each output is one chain of multiply-adds over the depth in rising order whatever the tile, so a row's result does
 * not depend on how many rows share the call.
 */
export function gemm(
  a: usize,
  strideA: i32,
  w: usize,
  c: usize,
  strideC: i32,
  rows: i32,
  depth: i32,
  panels: i32,
  mode: i32,
): void {
  const stepA = (<usize>strideA) << 2;
  const stepC = (<usize>strideC) << 2;
  const panel = (<usize>depth) << 5;
  if (rows == 1) {
    for (let p = 0; p < panels; p += 4, w += panel << 2, c += 128) tile1x32(a, stepA, w, panel, c, stepC, mode);
    return;
  }
  if (rows == 2) {
    for (let p = 0; p < panels; p += 2, w += panel << 1, c += 64) tile2x16(a, stepA, w, panel, c, stepC, mode);
    return;
  }
  // Rows in groups of at most six, as even as can be: tiles of five and six rows keep both multipliers busy.
  const groups = (rows + 5) / 6;
  const small = rows / groups;
  const large = rows - small * groups;
  for (let p = 0; p < panels; p++) {
    let from = a;
    let to = c;
    for (let group = 0; group < groups; group++) {
      const size = group < large ? small + 1 : small;
      if (size == 6) tile6x8(from, stepA, w, panel, to, stepC, mode);
      else if (size == 5) tile5x8(from, stepA, w, panel, to, stepC, mode);
      else if (size == 4) tile4x8(from, stepA, w, panel, to, stepC, mode);
      else tile3x8(from, stepA, w, panel, to, stepC, mode);
      from += <usize>size * stepA;
      to += <usize>size * stepC;
    }
    w += panel;
    c += 32;
  }
}
