import { writeSync } from "node:fs";
import { messageOf } from "@gem-ts/core";
import { expect, test } from "vitest";
import { DEVIATIONS } from "./golden/deviations.ts";
import type { GoldenGame } from "./golden/game.ts";
import { GOLDEN_GAMES } from "./golden/games.ts";
import { type Mismatch, replay } from "./golden/replay.ts";
import { type GoldenTranscript, readGoldens } from "./golden/transcript.ts";

for (const { name, transcripts, problem } of readGoldens()) {
  const game = GOLDEN_GAMES[name];
  if (game === undefined) {
    test(`${name} plays GEM's transcripts step by step`, ({ skip }) => {
      report(`golden ${name}: not built yet`);
      skip("not built yet");
    });
    continue;
  }
  test(`${name} plays GEM's transcripts step by step`, () => {
    const lines: string[] = [];
    const unexplained: string[] = problem === undefined ? [] : [`  the file cannot be read: ${problem}`];
    for (const [index, transcript] of transcripts.entries()) {
      const mismatch = replaySafely(game, transcript);
      if (mismatch === undefined) continue;
      const id = String((transcript as GoldenTranscript | null)?.id ?? `transcript ${index}`);
      const reason = DEVIATIONS[name]?.[id];
      const line = `  ${id}, step ${mismatch.step}: ${mismatch.what}`;
      lines.push(reason === undefined ? line : `${line} (deliberate: ${reason})`);
      if (reason === undefined) unexplained.push(line);
    }
    report(
      [
        `golden ${name}: ${transcripts.length - lines.length}/${transcripts.length}`,
        ...unexplained.slice(0, problem === undefined ? 0 : 1),
        ...lines,
      ].join("\n"),
    );
    expect(unexplained).toEqual([]);
  });
}

function replaySafely(game: GoldenGame, transcript: GoldenTranscript): Mismatch | undefined {
  try {
    return replay(game, transcript);
  } catch (error) {
    return { step: -1, what: messageOf(error) };
  }
}

/** To the terminal itself: reporters hide what a passing test logs. */
function report(text: string): void {
  writeSync(1, `${text}\n`);
}
