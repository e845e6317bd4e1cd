/** A worker thread of the tests: decodes a list with weights that another thread packed, in an arena of its own. */
import { parentPort, workerData } from "node:worker_threads";
import { createArena } from "../../src/kernels/arena.ts";
import { Decoder } from "../../src/kernels/decoder.ts";
import type { DecoderOptions } from "../../src/kernels/decoder-options.ts";
import { createPackedWeights } from "../../src/kernels/packed-weights.ts";
import type { WebAssemblyMemory } from "../../src/kernels/web-assembly.ts";

interface Job {
  readonly memory: WebAssemblyMemory;
  readonly weights: { readonly begin: number; readonly end: number };
  readonly own: { readonly begin: number; readonly end: number };
  readonly options: DecoderOptions;
  readonly tokens: readonly number[];
}

const { memory, weights, own, options, tokens } = workerData as Job;
const decoder = new Decoder({
  ...options,
  arena: createArena({ memory, ...own }),
  weights: createPackedWeights({
    architecture: options.architecture,
    arena: createArena({ memory, ...weights }),
  }),
});
const count = decoder.forward({ tokens, rows: tokens.map(() => 0) });
parentPort!.postMessage(decoder.logits.slice(0, count * options.architecture.vocabulary));
