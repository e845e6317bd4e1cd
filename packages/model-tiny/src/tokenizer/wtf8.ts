/**
 * WTF-8 (https://wtf-8.codeberg.page): UTF-8 in which a lone surrogate, which JavaScript strings may hold and UTF-8
 * may not, takes the three bytes that its code unit would have. So every string has bytes, and every string comes back.
 */

/** Appends the bytes of one code point, 0 to 0x10ffff. */
export function pushWtf8(bytes: number[], codePoint: number): void {
  if (codePoint < 0x80) {
    bytes.push(codePoint);
  } else if (codePoint < 0x800) {
    bytes.push(0xc0 | (codePoint >> 6), 0x80 | (codePoint & 63));
  } else if (codePoint < 0x10000) {
    bytes.push(0xe0 | (codePoint >> 12), 0x80 | ((codePoint >> 6) & 63), 0x80 | (codePoint & 63));
  } else {
    bytes.push(
      0xf0 | (codePoint >> 18),
      0x80 | ((codePoint >> 12) & 63),
      0x80 | ((codePoint >> 6) & 63),
      0x80 | (codePoint & 63),
    );
  }
}

/** The text of `bytes`. Each byte that fits nowhere becomes U+FFFD, as a model may well write such bytes. */
export function decodeWtf8(bytes: ArrayLike<number>): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at]!;
    const length =
      first < 0x80
        ? 1
        : first >= 0xc2 && first < 0xe0
          ? 2
          : first >= 0xe0 && first < 0xf0
            ? 3
            : first >= 0xf0 && first < 0xf5
              ? 4
              : 0;
    let codePoint = length === 1 ? first : first & (0x7f >> length);
    let valid = length > 0 && at + length <= bytes.length;
    for (let i = 1; valid && i < length; i++) {
      const next = bytes[at + i]!;
      valid = (next & 0xc0) === 0x80;
      codePoint = (codePoint << 6) | (next & 63);
    }
    // Longer than need be, or past the last code point.
    if (
      valid &&
      ((length === 3 && codePoint < 0x800) || (length === 4 && (codePoint < 0x10000 || codePoint > 0x10ffff)))
    )
      valid = false;
    text += valid ? String.fromCodePoint(codePoint) : "\ufffd";
    at += valid ? length : 1;
  }
  return text;
}
