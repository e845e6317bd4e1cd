import { expect, test } from "vitest";
import { estimate, type Player, playEpisodes } from "./play.ts";

/** What GEM's own environments gave their solvers: episodes, success, mean return, mean turns. */
const GEM: readonly [id: string, player: Player, episodes: number, success: number, total: number, turns: number][] = [
  ["GuessTheNumber-v0-easy", "random", 2000, 0.3455, 0.7324, 3.46],
  ["GuessTheNumber-v0-hard", "random", 2000, 0.147, 0.7055, 6.61],
  ["GuessTheNumber-v0-random", "random", 2000, 0.23, 0.7152, 5.94],
  ["Mastermind-v0-easy", "random", 1000, 0.276, 0.624, 8.61],
  ["Mastermind-v0-hard", "random", 1000, 0.023, 0.5493, 29.63],
  ["Mastermind-v0-random", "random", 1000, 0.211, 0.647, 19.24],
  ["Mastermind-v0-easy", "informed", 200, 1, 1, 3.3],
  ["Mastermind-v0-hard", "informed", 200, 1, 1, 4.85],
  ["Mastermind-v0-random", "informed", 200, 1, 1, 3.77],
  ["TowerofHanoi-v0-easy", "random", 1000, 0, 0.1813, 10],
  ["TowerofHanoi-v0-hard", "random", 1000, 0, 0.1672, 35],
  ["TowerofHanoi-v0-random", "random", 1000, 0, 0.188, 22.23],
  ["TowerofHanoi-v0-easy", "informed", 100, 1, 1, 7],
  ["TowerofHanoi-v0-hard", "informed", 100, 1, 1, 31],
  ["TowerofHanoi-v0-random", "informed", 100, 1, 1, 18.04],
  ["Sudoku-v0-easy", "random", 300, 0, 0.2229, 15],
  ["Sudoku-v0-hard", "random", 30, 0, 0.0646, 50],
  ["Sudoku-v0-easy", "oracle", 300, 1, 1, 9.42],
  ["Sudoku-v0-hard", "oracle", 30, 1, 1, 47.23],
];

const EPISODES = 1500;

test.for(GEM)("%s, %s play is as good as in GEM", ([id, player, episodes, success, total, turns]) => {
  const outcomes = playEpisodes(`game:${id}`, player, EPISODES, 1);
  const near = (values: readonly number[], theirs: number, deviation = estimate(values).deviation): void => {
    // Both sides are samples; four standard errors of their difference, and the two to four digits that are reported.
    const tolerance = 4 * deviation * Math.sqrt(1 / EPISODES + 1 / episodes) + 0.006;
    expect(Math.abs(estimate(values).mean - theirs), `${estimate(values).mean} against ${theirs}`).toBeLessThan(
      tolerance,
    );
  };
  near(
    outcomes.map((outcome) => Number(outcome.success)),
    success,
    Math.sqrt(success * (1 - success)),
  );
  near(
    outcomes.map((outcome) => outcome.total),
    total,
  );
  near(
    outcomes.map((outcome) => outcome.turns),
    turns,
  );
});

test("reading the hints is worth a lot", () => {
  for (const id of ["GuessTheNumber-v1-hard", "Mastermind-v1-hard", "Sudoku-v1-easy", "Sudoku-v1-hard"]) {
    const success = (player: Player): number =>
      estimate(playEpisodes(`game:${id}`, player, 400, 2).map((outcome) => Number(outcome.success))).mean;
    expect(success("informed"), id).toBeGreaterThan(success("random") + 0.4);
  }
});
