import type { MachineFacts } from "./machine.ts";

/** One measured number. */
export interface BenchRow {
  /** What was measured: a model size, a number of envs, a game. */
  case: string;
  /** Which of its numbers this is, such as `tokens sampled`. */
  metric: string;
  /** The median over runs. */
  value: number;
  /** Such as `tokens/s` or `ms`. */
  unit: string;
  /** The same number of the system we compare with. */
  reference?: number;
  /** `value` over `reference`, or its inverse where less is better: above 1 is always the better side. */
  ratio?: number;
  /** Lowest and highest of the runs. */
  spread?: [number, number];
}

/** A finished benchmark, as it is printed by `--json` and kept in `results/`. */
export interface BenchReport {
  name: string;
  machine: MachineFacts;
  /** Short hash of the commit, with `-dirty` behind it if files were changed; `unknown` outside of a git checkout. */
  commit: string;
  rows: BenchRow[];
}

const HEADINGS = ["case", "metric", "value", "unit", "spread", "reference", "ratio"] as const;

/** A report for people. Columns that no row fills are left out. */
export function formatTable({ name, machine, commit, rows }: BenchReport): string {
  const cells = rows.map((row) => [
    row.case,
    row.metric,
    formatNumber(row.value),
    row.unit,
    row.spread === undefined ? "" : row.spread.map(formatNumber).join(" to "),
    row.reference === undefined ? "" : formatNumber(row.reference),
    row.ratio === undefined ? "" : `${row.ratio.toFixed(2)}x`,
  ]);
  const columns = HEADINGS.map((heading, index) => [heading, ...cells.map((line) => line[index] ?? "")]).filter(
    ([, ...column]) => column.some((cell) => cell !== ""),
  );
  const padded = columns.map((column) => {
    const width = Math.max(...column.map((cell) => cell.length));
    const isNumeric = ["value", "reference", "ratio"].includes(column[0] ?? "");
    return column.map((cell) => (isNumeric ? cell.padStart(width) : cell.padEnd(width)));
  });
  const lines = ["", ...rows].map((_, line) =>
    padded
      .map((column) => column[line])
      .join("  ")
      .trimEnd(),
  );
  const facts = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, ${machine.platform}, Node ${machine.node}`;
  return [`${name} at ${commit}, ${machine.date.slice(0, 10)}`, facts, "", ...lines].join("\n");
}

/** Four digits that count, thousands apart: `12,350`, `0.08171`. */
function formatNumber(value: number): string {
  return value.toLocaleString("en-US", {
    maximumSignificantDigits: Math.max(4, Math.ceil(Math.log10(Math.abs(value) + 1))),
  });
}
