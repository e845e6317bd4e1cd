import { formatChange, formatDecimal, formatEstimate } from "../format/number.ts";
import { type Column, renderTable, type Row } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { difference, type Estimate, type Scores } from "./scores.ts";

/** A line of {@link renderScores}. */
export interface ScoredPolicy {
  readonly name: string;
  readonly scores: Scores;
}

/** Something to measure against in {@link renderBeforeAfter}. */
export interface ScoredReference {
  readonly label: string;
  readonly success?: number;
  readonly turns?: number;
  readonly return?: number;
}

/** The measures of every table. */
const MEASURES = [
  { key: "success", digits: 3, upIsBetter: true },
  { key: "turns", digits: 2, upIsBetter: undefined },
  { key: "return", digits: 3, upIsBetter: true },
] as const;

type Measure = (typeof MEASURES)[number];

/** Policies under one another, with standard errors. */
export function renderScores(terminal: Terminal, rows: readonly ScoredPolicy[]): string[] {
  const columns: Column[] = [
    { title: "policy" },
    ...MEASURES.map(({ key }): Column => ({ title: key, align: "right" })),
  ];
  return renderTable(
    terminal,
    columns,
    rows.map(({ name, scores }) => [name, ...MEASURES.map((measure) => cell(scores[measure.key], measure))]),
  );
}

/** What training changed, sampled and greedy, and what it can be measured against. */
export function renderBeforeAfter(
  terminal: Terminal,
  before: { readonly sampled: Scores; readonly greedy: Scores },
  after: { readonly sampled: Scores; readonly greedy: Scores },
  references: readonly ScoredReference[],
): string[] {
  const { style } = terminal;
  const rows: Row[] = [];
  for (const kind of ["sampled", "greedy"] as const) {
    for (const measure of MEASURES) {
      const from = before[kind][measure.key];
      const to = after[kind][measure.key];
      rows.push([
        `${measure.key}${kind === "greedy" ? ", greedy" : ""}`,
        cell(from, measure),
        style("bold", cell(to, measure)),
        change(terminal, difference(to, from), measure),
      ]);
    }
    if (kind === "sampled") rows.push("rule");
  }
  const lines = renderTable(
    terminal,
    [
      { title: "" },
      { title: "before", align: "right" },
      { title: "after", align: "right" },
      { title: "change", align: "right" },
    ],
    rows,
  );
  if (references.length === 0) return lines;
  const measured = references.map((reference) => [
    reference.label,
    ...MEASURES.map(({ key, digits }) => (reference[key] === undefined ? "" : formatDecimal(reference[key], digits))),
  ]);
  const columns: Column[] = [
    { title: "to measure against" },
    ...MEASURES.map(({ key }): Column => ({ title: key, align: "right" })),
  ];
  return [...lines, "", ...renderTable(terminal, columns, measured)];
}

function cell({ mean, error }: Estimate, { digits }: Measure): string {
  return formatEstimate(mean, error, digits);
}

function change({ style }: Terminal, { mean, error }: Estimate, { digits, upIsBetter }: Measure): string {
  const text = formatChange(mean, digits);
  if (upIsBetter === undefined || Math.abs(mean) <= 2 * error) return text;
  return style(mean > 0 ? "green" : "red", text);
}
