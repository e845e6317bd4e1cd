import type { Rng } from "@gem-ts/core";

/** A guess and the pegs it was answered with. */
export interface MarkedGuess {
  readonly numbers: readonly number[];
  /** Numbers that stand in their place. */
  readonly black: number;
  /** Further numbers that are in the code, but elsewhere; each number of the code is counted once. */
  readonly white: number;
}

/** What codes there are: `length` numbers from 1 to `numbers`, none of them twice unless `duplicates`. */
export interface CodeShape {
  readonly codeLength: number;
  readonly numbers: number;
  readonly duplicates: boolean;
}

/** Longest code: {@link markGuess} keeps its places in the bits of one integer. */
export const LONGEST_CODE = 30;

/** The pegs of a guess. Both have the same length, at most {@link LONGEST_CODE}. */
export function markGuess(code: readonly number[], numbers: readonly number[]): MarkedGuess {
  let black = 0;
  let white = 0;
  let used = 0;
  for (let place = 0; place < code.length; place++) {
    if (code[place] !== numbers[place]) continue;
    black++;
    used |= 1 << place;
  }
  for (let place = 0; place < code.length; place++) {
    if (code[place] === numbers[place]) continue;
    for (let other = 0; other < code.length; other++) {
      if ((used & (1 << other)) !== 0 || code[other] !== numbers[place]) continue;
      white++;
      used |= 1 << other;
      break;
    }
  }
  return { numbers, black, white };
}

/** A code drawn uniformly from all of its shape. */
export function drawCode({ codeLength, numbers, duplicates }: CodeShape, rng: Rng): number[] {
  const code: number[] = [];
  while (code.length < codeLength) {
    const number = rng.int(1, numbers);
    if (duplicates || !code.includes(number)) code.push(number);
  }
  return code;
}

/** Whether a number stands twice in `numbers`. */
export function hasDuplicates(numbers: readonly number[]): boolean {
  return numbers.some((number, place) => numbers.indexOf(number) < place);
}

/** Codes and parts of codes that {@link drawConsistentCode} looks at before it takes the best it has. */
const SEARCH_LIMIT = 100_000;

/**
 * A code that every guess so far would have been answered for as it was, drawn uniformly from all of them.
 *
 * All of them are listed, cut off where no rest could mend the pegs, so that the draw is exactly uniform for every
 * variant of the game. In shapes too large to list (an override of a dozen places) the search stops early and draws
 * from what it found, or from all codes when it found none.
 */
export function drawConsistentCode(shape: CodeShape, guesses: readonly MarkedGuess[], rng: Rng): number[] {
  if (guesses.length === 0) return drawCode(shape, rng);
  const { codeLength, numbers, duplicates } = shape;
  // A search that stops early must not favour small numbers.
  const order = rng.shuffle(Array.from({ length: numbers }, (_, index) => index + 1));
  const code: number[] = [];
  let chosen: number[] | undefined;
  let found = 0;
  let visits = 0;

  const extend = (): void => {
    if (code.length === codeLength) {
      found++;
      if (rng.int(1, found) === 1) chosen = [...code];
      return;
    }
    for (const number of order) {
      if (visits >= SEARCH_LIMIT) return;
      if (!duplicates && code.includes(number)) continue;
      visits++;
      code.push(number);
      if (guesses.every((guess) => mayBecomeConsistent(code, codeLength, guess))) extend();
      code.pop();
    }
  };
  extend();
  return chosen ?? drawCode(shape, rng);
}

/** Whether some completion of `start` could get the pegs of `guess`; exact once `start` is a whole code. */
function mayBecomeConsistent(start: readonly number[], codeLength: number, guess: MarkedGuess): boolean {
  const { numbers, black, white } = guess;
  const open = codeLength - start.length;
  let inPlace = 0;
  let shared = 0;
  let used = 0;
  for (let place = 0; place < start.length; place++) {
    if (start[place] === numbers[place]) inPlace++;
    for (let other = 0; other < codeLength; other++) {
      if ((used & (1 << other)) !== 0 || numbers[other] !== start[place]) continue;
      shared++;
      used |= 1 << other;
      break;
    }
  }
  return inPlace <= black && inPlace + open >= black && shared <= black + white && shared + open >= black + white;
}
