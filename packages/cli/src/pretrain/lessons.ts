/** What a base model sees of one environment. */
export interface Lesson {
  readonly id: string;
  /** Probability with which the teacher plays a random move in place of an informed one. */
  readonly sloppiness: number;
  /** Episodes of each step's batch, relative to the other lessons. */
  readonly share: number;
}

/**
 * The games of the base model. The teachers are sloppy on purpose: the model shall know the formats and some sense,
 * and leave room for reinforcement learning.
 */
export const lessons: readonly Lesson[] = [
  { id: "game:GuessTheNumber-v0-hard", sloppiness: 0.2, share: 6 },
  { id: "game:GuessTheNumber-v0-easy", sloppiness: 0.2, share: 2 },
  { id: "game:GuessTheNumber-v0", sloppiness: 0.2, share: 1 },
  { id: "game:GuessTheNumber-v0-hard-no-max-turn", sloppiness: 0.2, share: 1 },
  { id: "game:Mastermind-v0-easy", sloppiness: 0.6, share: 6 },
  { id: "game:TowerofHanoi-v0-easy", sloppiness: 0.7, share: 4 },
  { id: "game:Sudoku-v0-easy", sloppiness: 0.4, share: 6 },
];

/** Divides a batch among the lessons by their shares, at least one episode each. */
export function divideBatch(given: readonly Lesson[], episodes: number): number[] {
  const total = given.reduce((sum, { share }) => sum + share, 0);
  return given.map(({ share }) => Math.max(1, Math.round((episodes * share) / total)));
}
