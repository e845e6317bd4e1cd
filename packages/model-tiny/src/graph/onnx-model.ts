import { ProtobufWriter } from "./protobuf-writer.ts";
import type { Shape } from "./shape.ts";

/** Element types that the graphs of this package use. */
export type ElementType = "float32" | "int32" | "int64" | "bool";

/** An attribute of a node, by its ONNX kind. */
export type Attribute =
  | { readonly integer: number }
  | { readonly float: number }
  | { readonly integers: readonly number[] };

/** One ONNX operator call. An empty input name stands for an optional input that is left out. */
export interface OnnxNode {
  readonly operator: string;
  /** Operator set: `""` is ONNX itself, `"com.microsoft"` the contributed operators of ONNX Runtime. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A named input or output. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

/** A tensor stored in the model. */
export interface OnnxConstant {
  readonly name: string;
  readonly type: "float32" | "int32" | "int64";
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array;
}

/** Everything that an ONNX file holds. Nodes stand in an order in which they can run. */
export interface OnnxModel {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly constants: readonly OnnxConstant[];
  readonly nodes: readonly OnnxNode[];
}

/** Operator set version: 18 has `Split` with `num_outputs`, reductions with axes as an input, and `LayerNormalization`. */
const OPERATOR_SET = 18;

/** Version of the file format, the one that came with operator set 18 and later. */
const INTERMEDIATE_REPRESENTATION = 9;

/** Codes of element types in ONNX files and in the attribute of `Cast`. */
export const ELEMENT_TYPE_CODE: Readonly<Record<ElementType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };

/**
 * Encodes a model as an ONNX file. Field numbers are those of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */
export function encodeOnnxModel(model: OnnxModel): Uint8Array {
  const domains = new Set(["", ...model.nodes.map((node) => node.domain)]);
  const file = new ProtobufWriter().integer(1, INTERMEDIATE_REPRESENTATION).string(2, "gem-ts");
  file.message(7, (graph) => {
    model.nodes.forEach((node, index) => graph.message(1, (nested) => writeNode(nested, node, index)));
    graph.string(2, "graph");
    for (const constant of model.constants) graph.message(5, (nested) => writeConstant(nested, constant));
    for (const value of model.inputs) graph.message(11, (nested) => writeValue(nested, value));
    for (const value of model.outputs) graph.message(12, (nested) => writeValue(nested, value));
  });
  for (const domain of domains) {
    file.message(8, (import_) => import_.string(1, domain).integer(2, domain === "" ? OPERATOR_SET : 1));
  }
  return file.finish();
}

function writeNode(writer: ProtobufWriter, node: OnnxNode, index: number): void {
  for (const input of node.inputs) writer.string(1, input);
  for (const output of node.outputs) writer.string(2, output);
  writer.string(3, `${index}:${node.operator}`).string(4, node.operator);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writer.message(5, (nested) => writeAttribute(nested, name, attribute));
  }
  if (node.domain !== "") writer.string(7, node.domain);
}

function writeAttribute(writer: ProtobufWriter, name: string, attribute: Attribute): void {
  writer.string(1, name);
  if ("float" in attribute) {
    writer.float(2, attribute.float).integer(20, 1);
  } else if ("integer" in attribute) {
    writer.integer(3, attribute.integer).integer(20, 2);
  } else {
    for (const value of attribute.integers) writer.integer(8, value);
    writer.integer(20, 7);
  }
}

function writeConstant(writer: ProtobufWriter, constant: OnnxConstant): void {
  const { data } = constant;
  for (const length of constant.shape) writer.integer(1, length);
  writer.integer(2, ELEMENT_TYPE_CODE[constant.type]).string(8, constant.name);
  // ONNX stores raw data in little-endian order, which is the order of every platform that Node and browsers run on.
  writer.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValue(writer: ProtobufWriter, value: OnnxValue): void {
  writer.string(1, value.name).message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.integer(1, ELEMENT_TYPE_CODE[value.type]);
      tensor.message(2, (shape) => {
        for (const dimension of value.shape) {
          shape.message(1, (axis) =>
            typeof dimension === "number" ? axis.integer(1, dimension) : axis.string(2, dimension),
          );
        }
      });
    }),
  );
}
