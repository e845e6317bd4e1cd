import { GemError } from "@gem-ts/core";
import { type Attribute, type ElementType, encodeOnnxModel, type OnnxConstant, type OnnxNode } from "./onnx-model.ts";
import { type Shape, sameShape } from "./shape.ts";

/** A tensor in a graph under construction: what an operation takes and returns. */
export interface Value {
  readonly graph: GraphBuilder;
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

/**
 * The vector-Jacobian product of an operation: from the gradients of its outputs to the gradients of its inputs.
 * A gradient is undefined where nothing depends on that output, or where the operation does not pass it on.
 */
export type GradientRule = (...outputs: readonly (Value | undefined)[]) => readonly (Value | undefined)[];

/** One differentiable step, as recorded while the graph is built. */
export interface TapeEntry {
  readonly outputs: readonly Value[];
  readonly inputs: readonly Value[];
  readonly rule: GradientRule;
}

/** Shape, type and attributes of what {@link GraphBuilder.emit} makes. */
export interface EmitOptions {
  readonly shape: Shape;
  /** Default: the type of the first input. */
  readonly type?: ElementType;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Operator set, default ONNX's own. */
  readonly domain?: string;
}

/**
 * Collects the nodes of one ONNX graph and, beside them, the tape that reverse-mode differentiation walks.
 * Operations are free functions over {@link Value}; this class only names, stores and encodes.
 *
 * An operation is a function that emits ONNX nodes and says once how gradients pass through, in terms of other
 * operations; `exp` in operations/elementwise.ts is the shortest. An operation whose gradient has a better form than
 * the sum of its parts builds them in {@link withoutTape} and brings its own rule, as `attention` does.
 * Nodes that no output needs are dropped by {@link encode}, so a rule may give the gradient of every input. A case in
 * test/graph/operation-cases.ts checks the rule.
 */
export class GraphBuilder {
  readonly #nodes: OnnxNode[] = [];
  readonly #inputs = new Map<string, Value>();
  readonly #constants = new Map<string, OnnxConstant>();
  readonly #constantsByContent = new Map<string, Value>();
  readonly #tape: TapeEntry[] = [];
  #counter = 0;

  /** The differentiable steps so far, in the order in which they were built. */
  get tape(): readonly TapeEntry[] {
    return this.#tape;
  }

  /**
   * A value fed when the graph runs. Asking again for a name gives the same value.
   * @throws bad-option where the name is taken by another type or shape.
   */
  input(name: string, type: ElementType, shape: Shape): Value {
    const existing = this.#inputs.get(name);
    if (existing !== undefined) {
      if (existing.type !== type || !sameShape(existing.shape, shape)) {
        throw new GemError(
          "bad-option",
          `The input ${name} is ${existing.type} [${existing.shape.join(", ")}] already.`,
        );
      }
      return existing;
    }
    const value: Value = { graph: this, name, type, shape };
    this.#inputs.set(name, value);
    return value;
  }

  /** A tensor stored in the model. Equal tensors are stored once. */
  constant(data: Float32Array | Int32Array | BigInt64Array, shape: readonly number[]): Value {
    const type = data instanceof Float32Array ? "float32" : data instanceof Int32Array ? "int32" : "int64";
    const key = `${type}|${shape.join()}|${data.join()}`;
    const existing = this.#constantsByContent.get(key);
    if (existing !== undefined) return existing;
    const name = `constant/${this.#constants.size}`;
    const value: Value = { graph: this, name, type, shape };
    this.#constants.set(name, { name, type, shape, data });
    this.#constantsByContent.set(key, value);
    return value;
  }

  /** A float32 scalar stored in the model. */
  scalar(value: number): Value {
    return this.constant(Float32Array.of(value), []);
  }

  /** A vector of int64, which is how ONNX takes axes and target shapes. */
  integers(values: readonly number[]): Value {
    return this.constant(
      BigInt64Array.from(values, (value) => BigInt(value)),
      [values.length],
    );
  }

  /**
   * The length, as an int64 vector of one element, of an axis that is known only when the graph runs.
   * @throws bad-option where no input has that axis.
   */
  runtimeLength(dimension: string): Value {
    for (const value of this.#inputs.values()) {
      const axis = value.shape.indexOf(dimension);
      if (axis < 0) continue;
      const attributes = { start: { integer: axis }, end: { integer: axis + 1 } };
      return this.emit("Shape", [value], { shape: [1], type: "int64", attributes });
    }
    throw new GemError("bad-option", `No input has the axis ${dimension}.`);
  }

  /** Appends one operator call with one output. Undefined inputs are optional inputs left out. */
  emit(operator: string, inputs: readonly (Value | undefined)[], options: EmitOptions): Value {
    return this.emitMany(operator, inputs, [options], options)[0];
  }

  /** Appends one operator call with several outputs, whose shapes and types `outputs` lists. */
  emitMany<const Outputs extends readonly Pick<EmitOptions, "shape" | "type">[]>(
    operator: string,
    inputs: readonly (Value | undefined)[],
    outputs: Outputs,
    options: Pick<EmitOptions, "attributes" | "domain"> = {},
  ): { -readonly [Index in keyof Outputs]: Value } {
    const first = inputs.find((input) => input !== undefined);
    const call = this.#counter++;
    const values = outputs.map((output, index): Value => {
      const type = output.type ?? first?.type ?? "float32";
      return { graph: this, name: `${operator}/${call}${index === 0 ? "" : `.${index}`}`, type, shape: output.shape };
    });
    this.#nodes.push({
      operator,
      domain: options.domain ?? "",
      inputs: inputs.map((input) => input?.name ?? ""),
      outputs: values.map((value) => value.name),
      attributes: options.attributes ?? {},
    });
    return values as { -readonly [Index in keyof Outputs]: Value };
  }

  /** Records how gradients pass through a step. `inputs` and `outputs` line up with those of `rule`. */
  differentiable(outputs: readonly Value[], inputs: readonly Value[], rule: GradientRule): void {
    this.#tape.push({ outputs, inputs, rule });
  }

  /**
   * Builds a value whose steps stay off the tape, for an operation that brings its own {@link GradientRule}.
   * Pass the result on to {@link differentiable}.
   */
  withoutTape<Result>(build: () => Result): Result {
    const length = this.#tape.length;
    const result = build();
    this.#tape.length = length;
    return result;
  }

  /**
   * Encodes the nodes that `outputs` need as an ONNX file, with each output under its key.
   * Inputs that nothing needs are left out: {@link inputNames} says which remain.
   */
  encode(outputs: Readonly<Record<string, Value>>): EncodedGraph {
    const renamed = new Map<string, string>();
    const copies: OnnxNode[] = [];
    for (const [name, value] of Object.entries(outputs)) {
      if (renamed.has(value.name) || this.#inputs.has(value.name) || this.#constants.has(value.name)) {
        copies.push({ operator: "Identity", domain: "", inputs: [value.name], outputs: [name], attributes: {} });
      } else {
        renamed.set(value.name, name);
      }
    }
    const needed = new Set(Object.values(outputs).map((value) => value.name));
    const nodes: OnnxNode[] = [];
    for (const node of this.#nodes.toReversed()) {
      if (!node.outputs.some((name) => needed.has(name))) continue;
      for (const name of node.inputs) needed.add(name);
      nodes.push(node);
    }
    const rename = (name: string): string => renamed.get(name) ?? name;
    const final = [...nodes.reverse(), ...copies].map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    }));
    const inputs = [...this.#inputs.values()].filter((value) => needed.has(value.name));
    const bytes = encodeOnnxModel({
      inputs,
      outputs: Object.entries(outputs).map(([name, value]) => ({ name, type: value.type, shape: value.shape })),
      constants: [...this.#constants.values()].filter((constant) => needed.has(constant.name)),
      nodes: final,
    });
    return {
      bytes,
      inputNames: inputs.map((value) => value.name),
      outputNames: Object.keys(outputs),
      nodeCount: final.length,
    };
  }
}

/** A graph as an ONNX file, with what feeds it and what it gives. */
export interface EncodedGraph {
  readonly bytes: Uint8Array;
  /** Inputs that the outputs depend on; the runtime refuses others. */
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly nodeCount: number;
}
