import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeOnnxModel } from "../../src/graph/onnx-model.ts";
import { ProtobufWriter } from "../../src/graph/protobuf-writer.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("the protobuf writer", () => {
  test("writes the examples of the format's own description", () => {
    // https://protobuf.dev/programming-guides/encoding/: field 1 = 150, and field 2 = "testing".
    expect(hex(new ProtobufWriter().integer(1, 150).finish())).toBe("089601");
    expect(hex(new ProtobufWriter().string(2, "testing").finish())).toBe("120774657374696e67");
    expect(hex(new ProtobufWriter().message(3, (nested) => nested.integer(1, 150)).finish())).toBe("1a03089601");
    expect(hex(new ProtobufWriter().integer(1, -2).finish())).toBe("08feffffffffffffffff01");
    expect(hex(new ProtobufWriter().float(2, 1.5).finish())).toBe("150000c03f");
  });

  test("writes integers that a varint reader reads back", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 2000 }), (value, field) => {
        const bytes = new ProtobufWriter().integer(field, value).finish();
        const numbers: bigint[] = [];
        let shift = 0n;
        let current = 0n;
        for (const byte of bytes) {
          current |= BigInt(byte & 127) << shift;
          shift += 7n;
          if (byte < 128) {
            numbers.push(current);
            [current, shift] = [0n, 0n];
          }
        }
        expect(numbers).toEqual([BigInt(field) << 3n, BigInt.asUintN(64, BigInt(value))]);
      }),
    );
  });

  test("keeps long contents whole", () => {
    const long = Uint8Array.from({ length: 5000 }, (_, index) => index % 251);
    const bytes = new ProtobufWriter().bytes(1, long).finish();
    expect(bytes.subarray(0, 3)).toEqual(Uint8Array.of(10, 0x88, 0x27));
    expect(bytes.subarray(3)).toEqual(long);
  });
});

test("a model names its operator sets once each, those in use only", () => {
  const value = { name: "x", type: "float32", shape: ["n"] } as const;
  const node = { operator: "Relu", domain: "", inputs: ["x"], outputs: ["y"], attributes: {} };
  const model = { inputs: [value], outputs: [{ ...value, name: "y" }], constants: [] };
  // Field 8 of the model, of length 4 with an empty domain: { domain: "", version: 18 }.
  const standard = "42040a001012";
  expect(hex(encodeOnnxModel({ ...model, nodes: [node, node] })).endsWith(standard)).toBe(true);
  const contributed = encodeOnnxModel({ ...model, nodes: [{ ...node, domain: "com.microsoft" }] });
  expect(Buffer.from(contributed).toString("latin1")).toContain("com.microsoft\x10\x01");
});
