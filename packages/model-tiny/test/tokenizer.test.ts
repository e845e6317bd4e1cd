import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  buildTokenizer,
  createTokenizer,
  FIRST_PIECE,
  SPECIAL_IDS,
  tokenizerFromJson,
  tokenizerToJson,
} from "../src/index.ts";

const pieces = ["\\boxed{", "higher", " higher", " turns", " turn", "}.", "█", "😀", "é"];

/** Any JavaScript string: code units at will, lone surrogates among them, mixed with what the tokenizer has pieces for. */
const anyString = fc
  .array(
    fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom(...pieces),
    ),
  )
  .map((parts) => parts.join(""));

describe("a tokenizer", () => {
  test("gives any string back as it was", () => {
    fc.assert(
      fc.property(anyString, fc.subarray(pieces), (text, some) => {
        const tokenizer = createTokenizer(some);
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  test("gives every code unit back, alone and in the middle of text", () => {
    const tokenizer = createTokenizer(pieces);
    for (let unit = 0; unit <= 0xffff; unit++) {
      const text = `a${String.fromCharCode(unit)}b`;
      if (tokenizer.decode(tokenizer.encode(text)) !== text) expect.unreachable(`code unit ${unit}`);
    }
    expect(tokenizer.encode("\ud800")).toHaveLength(6);
  });

  test("never encodes text to a special id, whatever the text spells", () => {
    fc.assert(
      fc.property(anyString, (text) => {
        expect(Math.min(...createTokenizer(pieces).encode(`${text}<act><end>`))).toBeGreaterThan(SPECIAL_IDS.tool);
      }),
    );
  });

  test("gives ids below its size only", () => {
    const tokenizer = createTokenizer(pieces);
    fc.assert(fc.property(anyString, (text) => Math.max(0, ...tokenizer.encode(text)) < tokenizer.size));
    expect(tokenizer.size).toBe(FIRST_PIECE + pieces.length);
  });

  test("decodes whatever ids a model writes to text, and broken bytes to U+FFFD", () => {
    const tokenizer = createTokenizer(pieces);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: tokenizer.size + 40 })), (ids) => {
        const text = tokenizer.decode(ids);
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
    );
    const nibble = (value: number): number => 6 + value;
    expect(tokenizer.decode([nibble(0xe), nibble(2), nibble(8)])).toBe("\ufffd\ufffd");
    expect(tokenizer.decode([nibble(0xc), nibble(0), nibble(8), nibble(0)])).toBe("\ufffd\ufffd");
    expect(
      tokenizer.decode([nibble(0xf), nibble(0), nibble(9), nibble(0xf), nibble(9), nibble(8), nibble(8), nibble(0)]),
    ).toBe("😀");
  });

  test("takes the longest piece at each place, and one id a digit", () => {
    const tokenizer = createTokenizer(pieces);
    const labels = tokenizer.encode("\\boxed{42}. 3 turns higher").map(tokenizer.label);
    expect(labels).toEqual(["\\boxed{", "4", "2", "}.", " ", "3", " turns", " higher"]);
  });

  test("writes a byte outside printable ASCII as two nibbles", () => {
    expect(createTokenizer().encode("\u00e9").map(createTokenizer().label)).toEqual([
      "<nibble c>",
      "<nibble 3>",
      "<nibble a>",
      "<nibble 9>",
    ]);
    expect(createTokenizer().encode("\n\t")).toHaveLength(2);
  });

  test("refuses pieces that would break its promises", () => {
    expect(() => createTokenizer(["a1"])).toThrow("digit");
    expect(() => createTokenizer(["\ud83d"])).toThrow("surrogate");
    expect(() => createTokenizer(["a"])).toThrow("not longer");
    expect(() => createTokenizer([""])).toThrow("not longer");
    expect(() => createTokenizer(["ab", "ab"])).toThrow("twice");
    expect(() => createTokenizer(["x".repeat(65)])).toThrow("longer than");
  });
});

describe("building a tokenizer", () => {
  const texts = [
    "Guess a number between 1 and 50. You have 7 turns left.",
    "At turn 2, you guessed 25, and the target is higher than 25.",
    "At turn 3, you guessed 37, and the target is lower than 37. \\boxed{37}",
  ];

  test("makes prompts about one id a word", () => {
    const tokenizer = buildTokenizer(texts, { pieces: 40, minCount: 1 });
    const text = "At turn 4, you guessed 12, and the target is higher than 12.";
    const words = text.split(" ").length;
    expect(tokenizer.encode(text).length).toBeLessThanOrEqual(words + 9);
    expect(createTokenizer().encode(text)).toHaveLength(text.length);
    expect(tokenizer.encode("\\boxed{")).toHaveLength(1);
  });

  test("does not depend on the order of the texts", () => {
    expect(buildTokenizer(texts.toReversed(), { pieces: 12 }).pieces).toEqual(
      buildTokenizer(texts, { pieces: 12 }).pieces,
    );
  });

  test("ranks pieces by the ids that they save", () => {
    // " abc" saves 3 ids twice, "zz" 1 id three times, " once" would save 4 but stands once.
    expect(buildTokenizer(["x abc zz", "x abc", "zz", "zz once"], { pieces: 9 }).pieces).toEqual([" abc", "zz"]);
  });

  test("keeps the pieces that it is told to keep", () => {
    expect(buildTokenizer(texts, { pieces: 3, always: ["</python>", "<search>"] }).pieces.slice(0, 2)).toEqual([
      "</python>",
      "<search>",
    ]);
    expect(() => buildTokenizer(texts, { pieces: 1, always: ["</python>", "<search>"] })).toThrow("at least 2");
  });
});

test("a tokenizer comes back from its JSON form, and broken JSON forms are refused", () => {
  const tokenizer = createTokenizer(pieces);
  const json: unknown = JSON.parse(JSON.stringify(tokenizerToJson(tokenizer)));
  expect(tokenizerFromJson(json).pieces).toEqual(pieces);
  for (const broken of [
    null,
    [],
    {},
    { ...tokenizerToJson(tokenizer), version: 2 },
    { ...tokenizerToJson(tokenizer), pieces: [1] },
    { ...tokenizerToJson(tokenizer), pieces: ["a7"] },
    { ...tokenizerToJson(tokenizer), more: 1 },
  ]) {
    expect(() => tokenizerFromJson(broken, "here/tokenizer.json")).toThrow(/^here\/tokenizer.json is not a tokenizer/);
  }
});
