import type { Episode } from "@gem-ts/core";
import { oneLine } from "../format/printable.ts";
import { type Terminal, widthOf } from "../terminal/terminal.ts";
import { episodeMoves } from "./moves.ts";
import { describeOutcome } from "./outcome.ts";

/** A whole episode on one line: each action with what came of it, and the outcome at the end. */
export function episodeLine(terminal: Terminal, episode: Episode, columns: number = terminal.columns): string {
  const arrow = terminal.unicode ? "→" : ">";
  const outcome = oneLine(describeOutcome(episode), 60);
  const room = columns - widthOf(outcome) - 5;
  const parts: string[] = [];
  let used = 0;
  for (const { action, answer } of episodeMoves(episode)) {
    const width = widthOf(action) + widthOf(answer) + 5;
    if (used + width > room) {
      parts.push("…");
      break;
    }
    used += width;
    parts.push(`${action} ${terminal.style("dim", `${arrow} ${answer}`)}`);
  }
  const mark = episode.success ? terminal.style(["bold", "green"], outcome) : terminal.style("red", outcome);
  return `${parts.join("  ")}  ${mark}`;
}
