import type { ParameterTable } from "../architecture.ts";

/** Neighbouring parameters that are treated alike. */
export interface DecayRange {
  /** First float. */
  readonly begin: number;
  /** One past the last float. */
  readonly end: number;
  /** Whether weight decay applies. */
  readonly decay: boolean;
}

/** The whole flat buffer as the fewest ranges; padding between slots goes with the slot before it. */
export function decayRanges(table: ParameterTable): readonly DecayRange[] {
  const ranges: DecayRange[] = [];
  table.slots.forEach((slot, index) => {
    const end = table.slots[index + 1]?.offset ?? table.size;
    const before = ranges.at(-1);
    if (before?.decay === slot.decay) ranges[ranges.length - 1] = { ...before, end };
    else ranges.push({ begin: slot.offset, end, decay: slot.decay });
  });
  return ranges;
}
