import type { ParameterSlot, ParameterTable } from "../architecture.ts";
import type { TensorView } from "./backend.ts";

/** The part of a slot that sequences of `length` tokens use: all of it, but of the positions only the first rows. */
function usedShape(slot: ParameterSlot, length: number): readonly number[] {
  return slot.name === "positions" ? [length, ...slot.shape.slice(1)] : slot.shape;
}

/** Every parameter, or what `buffer` holds in its place, as a view over the flat buffer. */
export function parameterViews(
  table: ParameterTable,
  buffer: Float32Array,
  length: number,
  names?: ReadonlySet<string>,
): Record<string, TensorView> {
  const views: Record<string, TensorView> = {};
  for (const slot of table.slots) {
    if (names !== undefined && !names.has(slot.name)) continue;
    const shape = usedShape(slot, length);
    const size = shape.reduce((product, count) => product * count, 1);
    views[slot.name] = { data: buffer.subarray(slot.offset, slot.offset + size), shape };
  }
  return views;
}
