import { type Episode, textOf, type Turn } from "@gem-ts/core";
import { formatChange } from "../format/number.ts";
import { printable } from "../format/printable.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { wrapText } from "../terminal/wrap-text.ts";
import { describeOutcome } from "./outcome.ts";

/** Prints an episode turn by turn. */
export function printEpisode(terminal: Terminal, episode: Episode): void {
  const { style } = terminal;
  terminal.line(
    `${style("bold", episode.env)}  ${style("dim", `seed ${episode.seed}, played by ${printable(episode.policy)}`)}`,
  );
  const first = episode.turns[0]?.observation ?? episode.finalObservation;
  terminal.line();
  printBlock(terminal, textOf(first), "  ");
  for (const [index, turn] of episode.turns.entries()) {
    terminal.line();
    printTurn(terminal, turn, index, textOf(episode.turns[index + 1]?.observation ?? episode.finalObservation));
  }
  terminal.line();
  const outcome = printable(describeOutcome(episode));
  const mark = episode.success ? style(["bold", "green"], outcome) : style(["bold", "red"], outcome);
  terminal.line(`${mark}, return ${formatChange(episode.return, 2)}`);
}

function printTurn(terminal: Terminal, turn: Turn, index: number, answer: string): void {
  const { style } = terminal;
  const label = `turn ${index + 1}`;
  const reward = turn.reward === 0 ? "" : `  reward ${formatChange(turn.reward, 2)}`;
  terminal.line(`${style("bold", label)}  ${style("dim", `${printable(turn.event)}${reward}`)}`);
  const pointer = terminal.unicode ? "▸ " : "> ";
  const action = wrapText(printable(turn.action === "" ? "(nothing)" : turn.action), terminal.columns - 4);
  for (const [row, text] of action.entries()) terminal.line(`  ${style("cyan", (row === 0 ? pointer : "  ") + text)}`);
  if (answer !== "") printBlock(terminal, answer, "    ");
}

function printBlock(terminal: Terminal, text: string, indent: string): void {
  for (const row of wrapText(printable(text), terminal.columns - indent.length))
    terminal.line(`${indent}${row}`.trimEnd());
}
