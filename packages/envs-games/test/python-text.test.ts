import { expect, test } from "vitest";
import { digitValue, isSpace } from "../src/python-text.ts";

/** Every character for which Python 3.11 says `re.match(r"\s", c)`. */
const PYTHON_SPACES = [
  0x9, 0xa, 0xb, 0xc, 0xd, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004,
  0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
];

test("white space is Python's, not JavaScript's", () => {
  const ours = Array.from({ length: 0x10000 }, (_, unit) => unit).filter(isSpace);
  expect(ours).toEqual(PYTHON_SPACES);
  expect(isSpace(Number.NaN)).toBe(false);
});

test("digits are the 660 decimal digits of Unicode 14, each with its value", () => {
  const digits = Array.from({ length: 0x110000 }, (_, codePoint) => codePoint).filter(
    (codePoint) => digitValue(codePoint) >= 0,
  );
  expect(digits).toHaveLength(660);
  // The engine's Unicode is newer: it knows all of ours, and more.
  expect(digits.every((codePoint) => /^\p{Nd}$/u.test(String.fromCodePoint(codePoint)))).toBe(true);
  for (const [text, value] of [
    ["7", 7],
    ["٧", 7],
    ["７", 7],
    ["०", 0],
    ["𝟗", 9],
    ["𞥙", 9],
  ] as const) {
    expect(digitValue(text.codePointAt(0)!)).toBe(value);
  }
  for (const text of ["⁷", "½", "Ⅷ", "七", "/", ":", "a", "\u{10ffff}"])
    expect(digitValue(text.codePointAt(0)!)).toBe(-1);
  expect(digitValue(-1)).toBe(-1);
});
