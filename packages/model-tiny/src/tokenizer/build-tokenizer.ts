import { GemError } from "@gem-ts/core";
import { createTokenizer, pieceFault, type Tokenizer } from "./tokenizer.ts";

/** Options of {@link buildTokenizer}. */
export interface BuildTokenizerOptions {
  /** Largest number of pieces, those of `always` among them. */
  readonly pieces: number;
  /** Pieces that are taken whether or not the texts hold them, such as `</python>`. */
  readonly always?: readonly string[];
  /** A piece must occur so often to be learned; 2 by default. */
  readonly minCount?: number;
}

/**
 * What may become a piece: GEM's answer box; a word with the space before it; a run of punctuation with the space
 * before it; a run of spaces or of newlines; a single character outside ASCII.
 */
const CANDIDATE = /\\boxed\{| ?[A-Za-z]+(?:'[a-z]+)?| ?[!-/:-@[-`{-~]{2,}| {2,}|\n{2,}|[^\0-\x7f]/gu;

/**
 * Learns the pieces that shorten `texts` most: those with the largest (ids without the piece - 1) x occurrences.
 * The same texts in any order give the same tokenizer.
 *
 * @throws GemError `bad-option`.
 */
export function buildTokenizer(texts: Iterable<string>, options: BuildTokenizerOptions): Tokenizer {
  const always = [...new Set(options.always ?? [])];
  const minCount = options.minCount ?? 2;
  if (!Number.isInteger(options.pieces) || options.pieces < always.length) {
    throw new GemError(
      "bad-option",
      `pieces must be a whole number of at least ${always.length}, got ${options.pieces}`,
    );
  }
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const [candidate] of text.matchAll(CANDIDATE)) counts.set(candidate, (counts.get(candidate) ?? 0) + 1);
  }
  const plain = createTokenizer();
  const taken = new Set(always);
  const learned = [...counts]
    .filter(([text, count]) => count >= minCount && !taken.has(text) && pieceFault(text) === undefined)
    .map(([text, count]) => ({ text, saved: count * (plain.encode(text).length - 1) }))
    .sort((a, b) => b.saved - a.saved || (a.text < b.text ? -1 : 1))
    .slice(0, options.pieces - always.length);
  return createTokenizer([...always, ...learned.map(({ text }) => text)]);
}
