import { GemError } from "@gem-ts/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../src/index.ts";

const tensor = (name: string, shape: readonly number[], fill = 0.5): NamedTensor => ({
  name,
  shape,
  data: new Float32Array(shape.reduce((product, axis) => product * axis, 1)).map((_, index) => fill + index),
});

/** A file with this header and so many bytes of zeros after it. */
function file(header: unknown, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (shape: readonly number[], from: number, to: number, dtype = "F32"): object => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

describe("safetensors", () => {
  test("come back as they were, names, shapes, bits and metadata", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.record({
            name: fc.string().filter((name) => name !== "__metadata__"),
            shape: fc.array(fc.nat(4), { maxLength: 3 }),
            fill: fc.float({ noNaN: true, noDefaultInfinity: true, max: 2 ** 100, min: -(2 ** 100) }),
          }),
          { selector: ({ name }) => name },
        ),
        fc.dictionary(
          fc.string().filter((key) => key !== "__proto__"),
          fc.string(),
          { noNullPrototype: true },
        ),
        (parts, metadata) => {
          const tensors = parts.map(({ name, shape, fill }) => tensor(name, shape, fill));
          const read = decodeSafetensors(encodeSafetensors(tensors, metadata), "f");
          expect(new Set(read.tensors.keys())).toEqual(new Set(tensors.map(({ name }) => name)));
          for (const { name, shape, data } of tensors) expect(read.tensors.get(name)).toEqual({ name, shape, data });
          expect(read.metadata).toEqual(metadata);
        },
      ),
    );
  });

  test("are laid out as the format says", () => {
    const bytes = encodeSafetensors([tensor("a", [2], 1)], { k: "v" });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
      __metadata__: { k: "v" },
      a: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
    });
    expect([...new Float32Array(bytes.slice(8 + length).buffer)]).toEqual([1, 2]);
  });

  test("are read from any offset of a buffer", () => {
    const bytes = encodeSafetensors([tensor("a", [3])]);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeSafetensors(shifted.subarray(3), "f").tensors.get("a")).toEqual(tensor("a", [3]));
  });

  const sound = encodeSafetensors([tensor("a", [2, 2]), tensor("b", [3])]);
  const nan = encodeSafetensors([{ name: "a", shape: [2], data: Float32Array.of(1, NaN) }]);
  const infinite = encodeSafetensors([{ name: "a", shape: [1], data: Float32Array.of(-Infinity) }]);
  const corruptions: readonly (readonly [string, Uint8Array, string])[] = [
    ["an empty file", new Uint8Array(), "0 bytes, fewer than the 8"],
    ["a file of five bytes", sound.slice(0, 5), "5 bytes, fewer than the 8"],
    ["a file cut in the header", sound.slice(0, 40), "but has 40 bytes in all"],
    ["a file cut in the data", sound.slice(0, -1), "cut off"],
    ["a file without its last tensor", sound.slice(0, -12), "cut off: b"],
    ["bytes after the end", Uint8Array.of(...sound, 0), "1 bytes follow the last tensor"],
    ["a header longer than any", Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127, 0), "more than the"],
    ["a header that is not JSON", file("{nope}", 0), "not JSON"],
    [
      "a header that is not UTF-8",
      file("", 0).length === 8 ? Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0xff) : sound,
      "not JSON",
    ],
    ["a header that is an array", file([], 0), "not a JSON object"],
    ["an entry without a shape", file({ a: { dtype: "F32", data_offsets: [0, 4] } }, 4), "entry of a is malformed"],
    ["an entry with more than is known", file({ a: { ...entry([1], 0, 4), more: 1 } }, 4), "entry of a is malformed"],
    ["a negative axis", file({ a: entry([-1], 0, 4) }, 4), "entry of a is malformed"],
    ["another element type", file({ a: entry([1], 0, 2, "F16") }, 2), "a holds F16"],
    ["a shape that does not fit its bytes", file({ a: entry([3], 0, 8) }, 8), "that is 12 bytes, but takes 8"],
    ["tensors that overlap", file({ a: entry([2], 0, 8), b: entry([2], 4, 12) }, 12), "overlap or leave a gap"],
    ["a gap between tensors", file({ a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12), "overlap or leave a gap"],
    ["offsets that run backwards", file({ a: entry([1], 4, 0) }, 4), "overlap or leave a gap"],
    ["metadata that is not text", file({ __metadata__: { a: 1 } }, 0), "__metadata__"],
    ["a NaN", nan, "a holds NaN at index 1"],
    ["an infinity", infinite, "a holds -Infinity at index 0"],
  ];
  test.each(corruptions)("with %s are refused, and the file is named", (_what, bytes, message) => {
    try {
      decodeSafetensors(bytes, "some/model.safetensors");
      expect.unreachable();
    } catch (error) {
      expect(GemError.isInstance(error) && error.code).toBe("corrupt-file");
      expect((error as Error).message).toContain("some/model.safetensors");
      expect((error as Error).message).toContain(message);
    }
  });

  test("of which any byte was changed are refused or read as other numbers, and never break the reader", () => {
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = sound.slice();
        bytes[at]! ^= flip;
        try {
          decodeSafetensors(bytes, "f");
        } catch (error) {
          expect(GemError.isInstance(error) && error.code).toBe("corrupt-file");
        }
        expect(bytes).toHaveLength(sound.length);
      }),
    );
  });
});
