/**
 * Writes the AssemblyScript of the matrix kernel's register tiles. A tile of `rows` x `columns` keeps its whole block
 * of `C` in registers (WebAssembly has no arrays of registers, hence the generator). Of 16 vector registers the
 * compiler keeps one for itself, so 6 x 8 is the largest that does not spill: 12 sums, 2 weights, 1 broadcast.
 */
const shapes = [
  [6, 8],
  [5, 8],
  [4, 8],
  [3, 8],
  [2, 16],
  [1, 32],
] as const;

/** Steps of the depth in one turn of the loop. */
const unroll = 4;

/** The source of the module `gemm-tiles`. */
export function gemmTiles(): string {
  return [`import { multiplyAdd } from "./vector";`, ...shapes.map(([rows, columns]) => tile(rows, columns))].join(
    "\n",
  );
}

/** The source of one tile. Panels are `panel` bytes apart and hold `[depth][8]` floats. */
function tile(rows: number, columns: number): string {
  const panels = upTo(columns / 8);
  const vectors = upTo(columns / 4);
  const sums = upTo(rows).flatMap((row) => vectors.map((vector) => [row, vector] as const));
  const parameters = "a: usize, stepA: usize, w: usize, panel: usize, c: usize, stepC: usize, mode: i32";
  const lines = [
    `export function tile${rows}x${columns}(${parameters}): void {`,
    ...upTo(rows).map((row) => `let a${row} = a + ${row} * stepA;`),
    ...panels.map((p) => `let w${p} = w + ${p} * panel;`),
    ...sums.map(([row, vector]) => `let s${row}${vector} = f32x4.splat(0);`),
    `const end = w + panel;`,
    `while (w0 < end) {`,
  ];
  for (const step of upTo(unroll)) {
    const weight = (vector: number): string => `v128.load(w${vector >> 1}, ${step * 32 + (vector & 1) * 16})`;
    lines.push(`{`);
    if (rows > 1) lines.push(...vectors.map((vector) => `const v${vector} = ${weight(vector)};`));
    for (const row of upTo(rows)) {
      lines.push(`const x${row} = v128.load32_splat(a${row}, ${step * 4});`);
      for (const vector of vectors) {
        const factor = rows > 1 ? `v${vector}` : weight(vector);
        lines.push(`s${row}${vector} = multiplyAdd(x${row}, ${factor}, s${row}${vector});`);
      }
    }
    lines.push(`}`);
  }
  lines.push(
    ...panels.map((p) => `w${p} += ${unroll * 32};`),
    ...upTo(rows).map((row) => `a${row} += ${unroll * 4};`),
    `}`,
    ...upTo(rows).map((row) => `const c${row} = c + ${row} * stepC;`),
    `if (mode == 1) {`,
    ...sums.map(([row, v]) => `s${row}${v} = f32x4.add(v128.load(c${row}, ${v * 16}), s${row}${v});`),
    `} else if (mode == 2) {`,
    ...sums.map(([row, v]) => `s${row}${v} = f32x4.max(s${row}${v}, f32x4.splat(0));`),
    `}`,
    ...sums.map(([row, v]) => `v128.store(c${row}, s${row}${v}, ${v * 16});`),
    `}`,
  );
  return lines.join("\n");
}

/** Numbers from 0 to `count - 1`. */
function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
