import { GemError } from "@gem-ts/core";
import type { ParameterTable } from "../architecture.ts";
import type { NamedTensor } from "./safetensors.ts";

/** The slots of a flat buffer as named tensors: views, no copies. */
export function splitBuffer(buffer: Float32Array, table: ParameterTable, prefix = ""): NamedTensor[] {
  return table.slots.map(({ name, shape, offset, size }) => ({
    name: prefix + name,
    shape,
    data: buffer.subarray(offset, offset + size),
  }));
}

/**
 * The reverse of {@link splitBuffer}: one flat buffer.
 * @throws GemError `corrupt-file` when a tensor is missing or has another shape.
 */
export function joinBuffer(
  tensors: ReadonlyMap<string, NamedTensor>,
  table: ParameterTable,
  file: string,
  prefix = "",
): Float32Array {
  const buffer = new Float32Array(table.size);
  for (const { name, shape, offset } of table.slots) {
    const tensor = tensors.get(prefix + name);
    if (tensor === undefined) throw new GemError("corrupt-file", `${file} lacks the tensor ${prefix}${name}`);
    if (tensor.shape.length !== shape.length || tensor.shape.some((axis, index) => axis !== shape[index])) {
      throw new GemError(
        "corrupt-file",
        `${file}: ${prefix}${name} has shape [${tensor.shape.join(", ")}], config.json asks for [${shape.join(", ")}]`,
      );
    }
    buffer.set(tensor.data, offset);
  }
  return buffer;
}

/** @throws GemError `corrupt-file` when `tensors` holds a tensor that no slot has. */
export function refuseStrangers(
  tensors: ReadonlyMap<string, NamedTensor>,
  table: ParameterTable,
  file: string,
  prefixes: readonly string[] = [""],
): void {
  const known = new Set(prefixes.flatMap((prefix) => table.slots.map(({ name }) => prefix + name)));
  for (const name of tensors.keys()) {
    if (!known.has(name))
      throw new GemError("corrupt-file", `${file} holds a tensor that the network does not have: ${name}`);
  }
}
