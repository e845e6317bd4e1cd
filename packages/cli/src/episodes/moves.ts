import { type Episode, textOf } from "@gem-ts/core";
import { oneLine } from "../format/printable.ts";

/** A turn in a few characters. */
export interface Move {
  /** The inside of `\boxed{}`, or else the start of what was said. */
  readonly action: string;
  /** What came back where that is a word or two, otherwise the event. */
  readonly answer: string;
}

/** The moves of an episode, short enough to stand in a row. */
export function episodeMoves(episode: Episode): Move[] {
  return episode.turns.map((turn, index) => {
    const boxed = /\\boxed\{([^{}]*)\}/.exec(turn.action)?.[1];
    const next = oneLine(textOf(episode.turns[index + 1]?.observation ?? ""), 40);
    return {
      action: oneLine(boxed ?? turn.action, 16) || "(nothing)",
      answer: next !== "" && next.length <= 12 ? next : turn.event,
    };
  });
}
