/**
 * The classes `\d` and `\s` of Python's `re` on text. JavaScript's differ (its `\d` is ASCII alone, its `\s` lacks
 * U+001C to U+001F and U+0085 and has U+FEFF), and `\p{Nd}` changes with the engine's Unicode version, so that a seed
 * and its actions would not replay everywhere. The table is Unicode 14's, that of the Python GEM was recorded with.
 */

/** The zero of each script with decimal digits; the other nine follow it. */
const ZEROS: readonly number[] = [
  0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6,
  0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40,
  0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136,
  0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60,
  0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

/** What `int()` makes of one decimal digit of any script; -1 for any other code point. */
export function digitValue(codePoint: number): number {
  let low = 0;
  let high = ZEROS.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (ZEROS[middle]! <= codePoint) low = middle;
    else high = middle - 1;
  }
  const value = codePoint - ZEROS[low]!;
  return value >= 0 && value <= 9 ? value : -1;
}

/** Whether a UTF-16 unit is white space to Python's `\s` and `str.split()`. All of it lies below U+10000. */
export function isSpace(unit: number): boolean {
  if (unit <= 0x20) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d) || unit >= 0x1c;
  if (unit < 0x85) return false;
  return (
    unit === 0x85 ||
    unit === 0xa0 ||
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000
  );
}
