import type { Architecture } from "./architecture.ts";

/** Sizes of a network without the vocabulary, which follows from the tokenizer. */
export type ArchitectureSizes = Omit<Architecture, "vocabulary"> & {
  /** Default: the tokenizer's size, rounded up to a multiple of 32. */
  readonly vocabulary?: number;
};

/** The architecture of the given sizes for a tokenizer with `tokens` ids. */
export function completeArchitecture(sizes: ArchitectureSizes, tokens: number): Architecture {
  const { layers, width, heads, context, vocabulary = Math.ceil(tokens / 32) * 32 } = sizes;
  return { layers, width, heads, context, vocabulary };
}

/**
 * Why a network of this shape cannot be made, or `undefined` when it can. The multiples are those of
 * {@link Architecture}; the limits keep a broken file from asking for all memory.
 */
export function architectureFault(architecture: Architecture, tokens: number): string | undefined {
  const { layers, width, heads, context, vocabulary } = architecture;
  const whole = (name: string, value: number, step: number, most: number): string | undefined =>
    Number.isInteger(value) && value >= step && value <= most && value % step === 0
      ? undefined
      : `${name} must be a ${step === 1 ? "whole number" : `multiple of ${step}`} from ${step} to ${most}, got ${value}`;
  return (
    whole("layers", layers, 1, 64) ??
    whole("width", width, 32, 4096) ??
    whole("heads", heads, 1, 256) ??
    whole("context", context, 16, 16384) ??
    whole("vocabulary", vocabulary, 32, 65536) ??
    (width % heads === 0 && (width / heads) % 16 === 0
      ? undefined
      : `width / heads must be a multiple of 16, got ${width} / ${heads}`) ??
    (vocabulary >= tokens ? undefined : `vocabulary must be at least the tokenizer's ${tokens} ids, got ${vocabulary}`)
  );
}
