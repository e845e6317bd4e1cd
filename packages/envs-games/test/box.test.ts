import fc from "fast-check";
import { expect, test } from "vitest";
import { boxed, lastBox, numberReader } from "../src/box.ts";

const one = numberReader({ count: 1, gap: "one" });
const three = numberReader({ count: 3, gap: "one" });
const any = numberReader({ gap: "run" });

test("the last box that has the form of a move counts, whatever stands around it", () => {
  expect(lastBox("\\boxed{1} no, \\boxed{2}.", one)).toEqual([2]);
  expect(lastBox("\\boxed{1} or \\boxed{??} or \\boxed{}", one)).toEqual([1]);
  expect(lastBox("<think>\\boxed{7}</think> so be it", one)).toEqual([7]);
  expect(lastBox("\\\\boxed{7}", one)).toEqual([7]);
  expect(lastBox("\\boxed{\\boxed{7}}", one)).toEqual([7]);
  expect(lastBox("\\boxed{7}\\boxed{7", one)).toEqual([7]);
});

test("what only looks like a box does not count", () => {
  for (const text of [
    "",
    "7",
    "\\boxed {7}",
    "\\fbox{7}",
    "\\Boxed{7}",
    "boxed{7}",
    "\\boxed{7",
    "\\boxed{ 7}",
    "\\boxed{7 }",
    "\\boxed{-7}",
    "\\boxed{7.0}",
    "\\boxed{\\text{7}}",
  ]) {
    expect(lastBox(text, one), text).toBeUndefined();
  }
});

test("numbers have the digits of any script, leading zeros, and gaps as the format says", () => {
  expect(lastBox("\\boxed{007}", one)).toEqual([7]);
  expect(lastBox("\\boxed{1٢３}", one)).toEqual([123]);
  expect(lastBox("\\boxed{𝟏𝟐 3}", any)).toEqual([12, 3]);
  expect(lastBox("\\boxed{1\u00a02\n3}", three)).toEqual([1, 2, 3]);
  expect(lastBox("\\boxed{1  2  3}", three)).toBeUndefined();
  expect(lastBox("\\boxed{1 \r\n\u001c2\u3000 3}", any)).toEqual([1, 2, 3]);
  expect(lastBox("\\boxed{1\ufeff2}", any)).toBeUndefined();
  expect(lastBox("\\boxed{1 2}", three)).toBeUndefined();
  expect(lastBox("\\boxed{1 2 3 4}", three)).toBeUndefined();
});

test("a number that Python's int() refuses spoils the box, which hides the ones before it", () => {
  expect(lastBox(`\\boxed{5} \\boxed{${"0".repeat(4299)}7}`, one)).toEqual([7]);
  expect(lastBox(`\\boxed{5} \\boxed{${"0".repeat(4300)}7}`, one)).toBeUndefined();
  expect(lastBox(`\\boxed{5} \\boxed{${"𝟏".repeat(4301)}}`, one)).toBeUndefined();
  expect(lastBox(`\\boxed{${"9".repeat(400)}}`, one)).toEqual([Number.POSITIVE_INFINITY]);
});

const fragments = fc.constantFrom(
  "\\boxed{",
  "\\boxed{",
  "{",
  "}",
  "}",
  "\\",
  " ",
  "  ",
  "\n",
  "\u00a0",
  "\u001f",
  "\u0085",
  "\ufeff",
  "0",
  "7",
  "12",
  "٣",
  "𝟗",
  "²",
  ",",
  "-",
  "A",
  "\ud835",
);
const noise = fc.array(fragments, { maxLength: 14 }).map((parts) => parts.join(""));

test("a reader agrees with GEM's regular expression in Python's meaning of \\d and \\s", () => {
  const space = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
  const reference = (pattern: string): ((text: string) => number[] | undefined) => {
    const expression = new RegExp(`\\\\boxed\\{(${pattern})\\}`, "gu");
    return (text) => {
      const last = [...text.matchAll(expression)].at(-1)?.[1];
      return last?.split(new RegExp(`${space}+`, "u")).map((number) => Number([...number].map(asciiDigit).join("")));
    };
  };
  for (const [read, pattern] of [
    [one, "\\p{Nd}+"],
    [three, `\\p{Nd}+${space}\\p{Nd}+${space}\\p{Nd}+`],
    [any, `\\p{Nd}+(?:${space}+\\p{Nd}+)*`],
  ] as const) {
    const expected = reference(pattern);
    fc.assert(
      fc.property(noise, (text) => {
        expect(lastBox(text, read)).toEqual(expected(text));
      }),
      { numRuns: 3000, seed: 1 },
    );
  }
});

function asciiDigit(digit: string): string {
  return digit === "٣" ? "3" : digit === "𝟗" ? "9" : digit;
}

test("what is boxed is read back", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), (numbers) => {
      expect(lastBox(boxed(numbers.join(" ")), any)).toEqual(numbers);
    }),
  );
});

test("long hostile text is read in linear time", () => {
  for (const text of [
    "\\boxed{".repeat(50_000),
    `\\boxed{${"1 ".repeat(200_000)}`,
    `\\boxed{1${" ".repeat(400_000)}x}`,
    "}".repeat(500_000),
  ]) {
    const start = performance.now();
    lastBox(text, any);
    expect(performance.now() - start).toBeLessThan(500);
  }
});
