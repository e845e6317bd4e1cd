import { InvalidArgumentError } from "commander";

/** Bounds of a number on the command line, both included. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** A parser of whole numbers for commander. */
export function wholeNumber(bounds: Bounds = {}): (text: string) => number {
  return (text) => {
    const value = /^[+-]?\d+(e\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
    if (!Number.isSafeInteger(value) || !within(value, bounds)) {
      throw new InvalidArgumentError(`It must be a whole number${range(bounds)}.`);
    }
    return value;
  };
}

/** A parser of numbers for commander. */
export function decimalNumber(bounds: Bounds = {}): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!Number.isFinite(value) || !within(value, bounds)) {
      throw new InvalidArgumentError(`It must be a number${range(bounds)}.`);
    }
    return value;
  };
}

/** A parser of seeds for commander: whole numbers from 0 to 2^53 - 1. */
export const seedNumber: (text: string) => number = wholeNumber({ min: 0, max: Number.MAX_SAFE_INTEGER });

function within(value: number, { min, max }: Bounds): boolean {
  return value >= (min ?? -Infinity) && value <= (max ?? Infinity);
}

function range({ min, max }: Bounds): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? "" : ` of at most ${max}`;
}
