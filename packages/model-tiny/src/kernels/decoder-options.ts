import { GemError } from "@gem-ts/core";
import { architectureFault } from "../check-architecture.ts";
import type { Arena } from "./arena.ts";
import type { DecoderSize } from "./decoder-buffers.ts";
import type { KernelBuild } from "./kernel-build.ts";
import type { Kernels } from "./kernels.ts";
import type { PackedWeights } from "./packed-weights.ts";

/** Options of a decoder. */
export interface DecoderOptions extends DecoderSize {
  /** How many ids the tokenizer has; the logits of ids from here to `vocabulary - 1` are -Infinity. */
  readonly tokens: number;
  /** Kernels over the memory that `arena` and `weights` lie in; by default an instance over that memory. */
  readonly kernels?: Kernels;
  /** Which build to instantiate when `kernels` are not given; `auto` by default. */
  readonly build?: KernelBuild | "auto";
  /**
   * Room for {@link decoderBytes}, and for {@link packedWeightsBytes} when `weights` are not given; by default a memory
   * of the decoder's own.
   */
  readonly arena?: Arena;
  /** Weights in the memory of `arena`, perhaps shared with other decoders; its own by default. */
  readonly weights?: PackedWeights;
}

/** @throws GemError `bad-option` when the options do not fit the kernels or each other. */
export function checkDecoderOptions(options: DecoderOptions): void {
  const { architecture, rows, capacity, tokens } = options;
  const { context, vocabulary } = architecture;
  requireThat(isCount(tokens) && tokens <= vocabulary, `tokens must be 1 to ${vocabulary}, got ${tokens}`);
  const fault = architectureFault(architecture, tokens);
  if (fault !== undefined) throw new GemError("bad-option", fault);
  requireThat(isCount(rows), `rows must be a whole number from 1, got ${rows}`);
  requireThat(isCount(capacity), `capacity must be a whole number from 1, got ${capacity}`);
  const wanted = options.wanted ?? capacity;
  requireThat(isCount(wanted) && wanted <= capacity, `wanted must be 1 to ${capacity}, got ${wanted}`);
  const length = options.context ?? context;
  requireThat(
    isCount(length) && length % 16 === 0 && length <= context,
    `context must be a multiple of 16, at most ${context}, got ${length}`,
  );
  const memory = options.arena?.memory;
  requireThat(
    options.kernels === undefined || options.kernels.memory === memory,
    "kernels must be given together with an arena in their memory",
  );
  requireThat(
    options.weights === undefined || options.weights.memory === memory,
    "weights must be given together with an arena in their memory",
  );
  const sizes = ["layers", "width", "heads", "context", "vocabulary"] as const;
  requireThat(
    sizes.every((size) => (options.weights?.architecture ?? architecture)[size] === architecture[size]),
    "the weights are of another architecture",
  );
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}

function requireThat(holds: boolean, message: string): void {
  if (!holds) throw new GemError("bad-option", message);
}
