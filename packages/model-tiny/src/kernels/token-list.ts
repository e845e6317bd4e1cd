import { GemError } from "@gem-ts/core";
import type { DecoderBuffers } from "./decoder-buffers.ts";

/** A call of a decoder: a flat list of tokens, without padding. */
export interface TokenList {
  /** Token ids, 0 to `tokens - 1` of the decoder. */
  readonly tokens: ArrayLike<number>;
  /** The row that each token belongs to. Tokens of one row stand in the order of their sequence. */
  readonly rows: ArrayLike<number>;
  /**
   * The position of each token in its sequence; by default tokens are appended. A row's first position may lie below
   * the row's length and takes the row back to it: position 0 starts a new sequence.
   */
  readonly positions?: ArrayLike<number>;
  /**
   * Which tokens get logits and a value, as rising indices into `tokens`; all by default. The others only enter the
   * cache, and skip most of the last layer.
   */
  readonly wanted?: ArrayLike<number>;
}

/** What a token list must fit. */
export interface TokenLimits {
  /** Ids of the tokenizer. */
  readonly tokens: number;
  readonly context: number;
  readonly capacity: number;
  readonly wanted: number;
}

/**
 * Copies a list's tokens, rows and positions to the decoder's buffers and advances `lengths`, a length for each row.
 * @throws GemError `bad-option` when the list does not fit. `lengths` is then half advanced: give a copy.
 */
export function takeTokens(list: TokenList, limits: TokenLimits, lengths: Int32Array, buffers: DecoderBuffers): number {
  const { tokens, rows, positions } = list;
  const count = tokens.length;
  if (count > limits.capacity) {
    throw new GemError("bad-option", `${count} tokens in one call, with a capacity of ${limits.capacity}`);
  }
  if (rows.length !== count || (positions !== undefined && positions.length !== count)) {
    throw new GemError("bad-option", "tokens, rows and positions must be equally long");
  }
  // Rows that the list has named: their lengths are kept as the complement, a negative number.
  for (let i = 0; i < count; i++) {
    const token = tokens[i]!;
    const row = rows[i]!;
    checkToken(token, limits.tokens);
    const kept = lengths[row];
    if (kept === undefined) throw badRow(row, lengths.length);
    const named = kept < 0;
    const length = named ? ~kept : kept;
    const position = positions === undefined ? length : positions[i]!;
    if (position !== length || position >= limits.context) checkPosition(position, length, named, row, limits);
    lengths[row] = ~(position + 1);
    buffers.tokens[i] = token;
    buffers.rows[i] = row;
    buffers.positions[i] = position;
  }
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths[row]!;
    if (length < 0) lengths[row] = ~length;
  }
  return count;
}

/**
 * Copies the wanted indices with their rows and positions to the decoder's buffers; call it after
 * {@link takeTokens}. Returns how many there are.
 * @throws GemError `bad-option` when they are too many, out of range or not rising.
 */
export function takeWanted(list: TokenList, limits: TokenLimits, count: number, buffers: DecoderBuffers): number {
  const wanted = list.wanted?.length ?? count;
  if (wanted > limits.wanted) {
    throw new GemError("bad-option", `${wanted} wanted tokens in one call, with room for ${limits.wanted}`);
  }
  let before = -1;
  for (let i = 0; i < wanted; i++) {
    const index = list.wanted === undefined ? i : list.wanted[i]!;
    if (!(Number.isInteger(index) && index > before && index < count)) {
      throw new GemError("bad-option", `wanted indices must rise from 0 to ${count - 1}, got ${index} after ${before}`);
    }
    before = index;
    buffers.wantedIndices[i] = index;
    buffers.wantedRows[i] = buffers.rows[index]!;
    buffers.wantedPositions[i] = buffers.positions[index]!;
  }
  return wanted;
}

/** @throws GemError `bad-option` when `token` is not an id of the tokenizer. */
export function checkToken(token: number, tokens: number): void {
  if (!(Number.isInteger(token) && token >= 0 && token < tokens)) {
    throw new GemError("bad-option", `token ids are 0 to ${tokens - 1}, got ${token}`);
  }
}

/** The error for a row that a decoder of `rows` rows does not have. */
export function badRow(row: number, rows: number): GemError {
  return new GemError("bad-option", `rows are 0 to ${rows - 1}, got ${row}`);
}

function checkPosition(position: number, length: number, named: boolean, row: number, limits: TokenLimits): void {
  if (!(Number.isInteger(position) && position >= 0 && position <= length)) {
    throw new GemError("bad-option", `row ${row} has ${length} tokens: the next cannot stand at ${position}`);
  }
  if (position >= limits.context) {
    throw new GemError("bad-option", `row ${row} is full: it holds ${limits.context} tokens`);
  }
  if (named && position !== length) {
    throw new GemError("bad-option", `row ${row} goes back to position ${position} within one call`);
  }
}
