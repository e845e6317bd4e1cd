import { digitValue, isSpace } from "./python-text.ts";

const OPEN = "\\boxed{";
const CLOSE = 0x7d;

/**
 * Reads the inside of a box that starts at `start`, up to and with its closing brace. `undefined` says that this box
 * has not the form of a move; `null` that it has, but no move can be made of it.
 */
export type BoxReader<Move> = (text: string, start: number) => Move | null | undefined;

/**
 * The move in the last box of `text` that has the form of one, as in GEM: a malformed box after it does not hide it,
 * prose and thinking around it do not matter, `\\boxed{` counts, `\boxed {` does not. Linear in the text's length.
 */
export function lastBox<Move>(text: string, read: BoxReader<Move>): Move | undefined {
  for (let at = text.lastIndexOf(OPEN); at >= 0; at = at === 0 ? -1 : text.lastIndexOf(OPEN, at - 1)) {
    const move = read(text, at + OPEN.length);
    if (move !== undefined) return move ?? undefined;
  }
  return undefined;
}

/** Puts a move into a box. */
export function boxed(move: string | number): string {
  return `${OPEN}${move}}`;
}

/** Whether the box closes at `at`. */
export function closesAt(text: string, at: number): boolean {
  return text.charCodeAt(at) === CLOSE;
}

/** The first place from `at` on that is no white space. */
export function skipSpaces(text: string, at: number): number {
  let end = at;
  while (isSpace(text.charCodeAt(end))) end++;
  return end;
}

/** How the whole numbers in a box are written. */
export interface NumberFormat {
  /** How many there must be; any number but none by default. */
  readonly count?: number;
  /** Whether exactly one character of white space or any run of it stands between two numbers. */
  readonly gap: "one" | "run";
}

/** Python's `int()` refuses longer numbers, leading zeros counted, and GEM calls that a format error. */
const LONGEST = 4300;

/**
 * A reader of boxes like `\boxed{1 2 3}`: unsigned whole numbers in decimal digits of any script. Numbers above 2^53
 * lose digits, and from 1e308 on are `Infinity`; they are out of every game's range either way.
 */
export function numberReader({ count, gap }: NumberFormat): BoxReader<number[]> {
  return (text, start) => {
    const numbers: number[] = [];
    let tooLong = false;
    let at = start;
    while (true) {
      let value = 0;
      let length = 0;
      for (; ; length++) {
        let digit = text.charCodeAt(at) - 0x30;
        let width = 1;
        if (!(digit >= 0 && digit <= 9)) {
          const codePoint = text.codePointAt(at) ?? -1;
          digit = digitValue(codePoint);
          if (digit < 0) break;
          if (codePoint > 0xffff) width = 2;
        }
        value = value * 10 + digit;
        at += width;
      }
      if (length === 0) return undefined;
      tooLong ||= length > LONGEST;
      numbers.push(value);
      if (closesAt(text, at)) break;
      if (numbers.length === count || !isSpace(text.charCodeAt(at))) return undefined;
      at = gap === "one" ? at + 1 : skipSpaces(text, at);
    }
    if (count !== undefined && numbers.length !== count) return undefined;
    return tooLong ? null : numbers;
  };
}
