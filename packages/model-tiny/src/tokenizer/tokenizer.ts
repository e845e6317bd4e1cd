import { GemError } from "@gem-ts/core";
import { SPECIAL_LABELS } from "./special-ids.ts";
import { decodeWtf8, pushWtf8 } from "./wtf8.ts";

/**
 * Text to ids and back, without loss: any JavaScript string comes back as it was, lone surrogates included.
 *
 * Ids, in order: the special ids; 16 nibbles; tab and newline; the 95 printable ASCII characters; the pieces. At each
 * place the longest piece that fits is taken, else the character; a character that is not printable ASCII is written
 * as the nibbles of its bytes, two ids a byte. A digit is always one id, so that numbers are read digit by digit.
 */
export interface Tokenizer {
  /** How many ids there are; ids run from 0. */
  readonly size: number;
  /** The multi-character pieces, by id from {@link FIRST_PIECE}. */
  readonly pieces: readonly string[];
  /** The ids of `text`; never a special id. */
  encode(text: string): number[];
  /** The text of `ids`. Special ids are silent; broken bytes become U+FFFD. */
  decode(ids: ArrayLike<number>): string;
  /** What an id stands for, for people: `<act>`, `<nibble a>`, the text. */
  label(id: number): string;
}

const FIRST_NIBBLE = SPECIAL_LABELS.length;
const TAB = FIRST_NIBBLE + 16;
const NEWLINE = TAB + 1;
const FIRST_PRINTABLE = NEWLINE + 1;
const SPACE_CODE = 0x20;
const TILDE_CODE = 0x7e;

/** Id of the first piece, and so the number of ids of a tokenizer without pieces. */
export const FIRST_PIECE: number = FIRST_PRINTABLE + TILDE_CODE - SPACE_CODE + 1;

/** Longest piece, in UTF-16 code units. */
const LONGEST_PIECE = 64;

/** Why `piece` cannot be one, or `undefined` when it can. */
export function pieceFault(piece: string): string | undefined {
  if (piece.length > LONGEST_PIECE) return `is longer than ${LONGEST_PIECE} characters`;
  if (/[0-9]/.test(piece)) return "holds a digit, and digits are always single";
  if (!piece.isWellFormed()) return "holds half a surrogate pair";
  if (piece.length === 0 || (piece.length === 1 && characterId(piece.charCodeAt(0)) !== undefined))
    return "is not longer than a single id";
  return undefined;
}

/**
 * A tokenizer with the given pieces.
 * @throws GemError `bad-option` for a piece that holds a digit or half a surrogate pair, is a single printable ASCII
 * character, is longer than 64 UTF-16 code units, or stands twice.
 */
export function createTokenizer(pieces: readonly string[] = []): Tokenizer {
  /** First code unit to the pieces that begin with it, longest first. */
  const byFirst = new Map<number, { readonly text: string; readonly id: number }[]>();
  const seen = new Set<string>();
  pieces.forEach((text, index) => {
    const fault = seen.has(text) ? "stands twice" : pieceFault(text);
    if (fault !== undefined) throw new GemError("bad-option", `the tokenizer's piece ${JSON.stringify(text)} ${fault}`);
    seen.add(text);
    const first = text.charCodeAt(0);
    const others = byFirst.get(first);
    if (others === undefined) byFirst.set(first, [{ text, id: FIRST_PIECE + index }]);
    else others.push({ text, id: FIRST_PIECE + index });
  });
  for (const candidates of byFirst.values()) candidates.sort((a, b) => b.text.length - a.text.length);

  const encode = (text: string): number[] => {
    const ids: number[] = [];
    const bytes: number[] = [];
    for (let at = 0; at < text.length;) {
      const code = text.charCodeAt(at);
      const piece = byFirst.get(code)?.find((candidate) => text.startsWith(candidate.text, at));
      if (piece !== undefined) {
        ids.push(piece.id);
        at += piece.text.length;
        continue;
      }
      const single = characterId(code);
      if (single !== undefined) {
        ids.push(single);
        at++;
        continue;
      }
      const codePoint = text.codePointAt(at)!;
      bytes.length = 0;
      pushWtf8(bytes, codePoint);
      for (const byte of bytes) ids.push(FIRST_NIBBLE + (byte >> 4), FIRST_NIBBLE + (byte & 15));
      at += codePoint > 0xffff ? 2 : 1;
    }
    return ids;
  };

  const decode = (ids: ArrayLike<number>): string => {
    let text = "";
    const bytes: number[] = [];
    let high: number | undefined;
    const flush = (): void => {
      text += decodeWtf8(bytes);
      // A nibble whose other half never came.
      if (high !== undefined) text += "\ufffd";
      bytes.length = 0;
      high = undefined;
    };
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (id >= FIRST_NIBBLE && id < TAB) {
        if (high === undefined) {
          high = id - FIRST_NIBBLE;
        } else {
          bytes.push(high * 16 + id - FIRST_NIBBLE);
          high = undefined;
        }
        continue;
      }
      if (bytes.length > 0 || high !== undefined) flush();
      text += textOfId(id);
    }
    flush();
    return text;
  };

  const textOfId = (id: number): string => {
    if (id < FIRST_NIBBLE) return "";
    if (id >= FIRST_PIECE) return pieces[id - FIRST_PIECE] ?? "";
    return id === TAB ? "\t" : id === NEWLINE ? "\n" : String.fromCharCode(SPACE_CODE + id - FIRST_PRINTABLE);
  };

  const label = (id: number): string => {
    if (id >= FIRST_NIBBLE && id < TAB) return `<nibble ${(id - FIRST_NIBBLE).toString(16)}>`;
    return SPECIAL_LABELS[id] ?? (textOfId(id) || `<unused ${id}>`);
  };

  return { size: FIRST_PIECE + pieces.length, pieces: [...pieces], encode, decode, label };
}

/** Id of a character that has one of its own. */
function characterId(code: number): number | undefined {
  if (code >= SPACE_CODE && code <= TILDE_CODE) return FIRST_PRINTABLE + code - SPACE_CODE;
  return code === 10 ? NEWLINE : code === 9 ? TAB : undefined;
}
