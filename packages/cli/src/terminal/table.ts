import type { Terminal } from "./terminal.ts";
import { widthOf } from "./terminal.ts";

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** `left` by default. */
  readonly align?: "left" | "right";
}

/** A row of cells, or a rule between rows. */
export type Row = readonly string[] | "rule";

/** Lines of a table with a heading and a rule under it; cells may hold escape sequences. */
export function renderTable(terminal: Terminal, columns: readonly Column[], rows: readonly Row[]): string[] {
  const cells = rows.filter((row) => row !== "rule");
  const widths = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...cells.map((row) => widthOf(row[index] ?? ""))),
  );
  const dash = terminal.unicode ? "─" : "-";
  const rule = terminal.style("dim", widths.map((width) => dash.repeat(width)).join(dash.repeat(3)));
  const line = (row: readonly string[]): string =>
    columns
      .map(({ align }, index) => {
        const cell = row[index] ?? "";
        const gap = " ".repeat(Math.max(0, widths[index]! - widthOf(cell)));
        return align === "right" ? gap + cell : cell + gap;
      })
      .join("   ")
      .trimEnd();
  return [
    terminal.style("bold", line(columns.map(({ title }) => title))),
    rule,
    ...rows.map((row) => (row === "rule" ? rule : line(row))),
  ];
}
